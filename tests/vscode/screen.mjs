// VS Code's window as a user has it: what can be read there, keys, and pictures.
import path from "node:path";

export class Screen {
  /** Unless `errorsEndIt` is false, an error message of VS Code's ends every wait: what was awaited won't come. */
  constructor(page, pictures, { errorsEndIt = true } = {}) {
    this.page = page;
    this.pictures = pictures;
    this.failure = errorsEndIt ? this.errorMessage() : new Promise(() => {});
    this.failure.catch(() => {}); // whoever waits hears of it
  }

  async errorMessage() {
    const toast = this.page.locator(".notifications-toasts .notification-list-item", {
      has: this.page.locator(".codicon-error"),
    });
    await toast.first().waitFor();
    throw new Error(`VS Code shows an error: ${await toast.first().innerText()}`);
  }

  /** The text of the first visible element that matches `selector` and contains `text`, once there is one. */
  async text(selector, text) {
    console.error(`waiting for “${text}” in ${selector}`);
    const element = this.page.locator(selector, { hasText: text }).first();
    await Promise.race([element.waitFor(), this.failure]);
    // Monaco writes blanks as U+00A0.
    return (await element.innerText()).replaceAll("\u00a0", " ");
  }

  /** Runs a command through the palette, as its title stands there. */
  async command(title) {
    await this.page.keyboard.press("F1");
    await this.page.locator(".quick-input-widget input.input").fill(`>${title}`);
    await this.text(".quick-input-list .monaco-list-row.focused", title);
    await this.page.keyboard.press("Enter");
  }

  /** Puts the cursor into a line of the editor (both 1-based). */
  async goTo(line, column) {
    await this.page.keyboard.press("F1");
    await this.page.locator(".quick-input-widget input.input").fill(`:${line}:${column}`);
    await this.text(".quick-input-list .monaco-list-row", `line ${line} and character ${column}`);
    await this.page.keyboard.press("Enter");
    await this.text(".statusbar-item", `Ln ${line}, Col ${column}`);
  }

  /** Picks a file in VS Code's own dialog, once that has followed the typed path into the file's folder. */
  async choose(title, button, file) {
    await this.text(".quick-input-titlebar", title);
    await this.text(".quick-input-list .monaco-list-row", "..");
    await this.page.locator(".quick-input-widget input.input").fill(file);
    await this.text(".quick-input-list .monaco-list-row", path.basename(file));
    await this.page.getByRole("button", { name: button, exact: true }).click();
  }

  picture(name) {
    return this.page.screenshot({ path: path.join(this.pictures, `${name}.png`), animations: "disabled" });
  }
}
