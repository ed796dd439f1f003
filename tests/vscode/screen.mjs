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

  /** Clicks on the first visible element that matches `selector` and contains `text`, once there is one. */
  async click(selector, text, options) {
    await this.text(selector, text);
    await this.page.locator(selector, { hasText: text }).first().click(options);
  }

  /** Waits until nothing matches `selector` any more. */
  async gone(selector) {
    console.error(`waiting for ${selector} to go`);
    await Promise.race([this.page.waitForFunction((all) => !document.querySelector(all), selector), this.failure]);
  }

  /** The rows of one of our views that contain `text`. */
  row(view, text) {
    return this.pane(view).locator(".monaco-list-row", { hasText: text });
  }

  /** What the rows of one of our views say to a screen reader. */
  async rows(view) {
    const rows = await this.pane(view).locator(".monaco-list-row").all();
    return Promise.all(rows.map((row) => row.getAttribute("aria-label")));
  }

  pane(view) {
    return this.page.locator(".pane", { has: this.page.locator(".pane-header", { hasText: view }) });
  }

  /** Waits until a line is tinted in a step of the heat (1 to 4), or as "Stale". */
  async heat(step) {
    console.error(`waiting for heat ${step}`);
    await Promise.race([this.page.waitForFunction(hasTint, { step, wanted: true }), this.failure]);
  }

  /** Waits until no line is tinted any more. */
  async noHeat() {
    for (const step of [1, 2, 3, 4]) {
      await Promise.race([this.page.waitForFunction(hasTint, { step, wanted: false }), this.failure]);
    }
  }

  /** Waits until a mark of a step of the heat (1 to 4) stands beside the scroll bar. */
  async mark(step) {
    console.error(`waiting for mark ${step}`);
    await Promise.race([this.page.waitForFunction(hasMark, { step, wanted: true }), this.failure]);
  }

  /** Waits until no mark stands there any more. */
  async noMarks() {
    for (const step of [1, 2, 3, 4]) {
      await Promise.race([this.page.waitForFunction(hasMark, { step, wanted: false }), this.failure]);
    }
  }

  /** Brings an element into view that may be hidden by a scroll bar. */
  async scrollTo(selector) {
    await this.page.locator(selector).first().evaluate((element) => element.scrollIntoView({ block: "center" }));
  }

  /** Drags the side bar's edge. */
  async widenSideBar(width) {
    const bar = await this.page.locator(".part.sidebar").boundingBox();
    const y = bar.y + bar.height / 2;
    await this.page.mouse.move(bar.x + bar.width, y);
    await this.page.mouse.down();
    await this.page.mouse.move(bar.x + width, y, { steps: 5 });
    await this.page.mouse.up();
  }

  /** Runs a command through the palette, as its title stands there. */
  async command(title) {
    await this.page.keyboard.press("F1");
    await this.page.locator(".quick-input-widget input.input").fill(`>${title}`);
    await this.text(".quick-input-list .monaco-list-row.focused", title);
    await this.page.keyboard.press("Enter");
  }

  /** Chooses an entry of the list that VS Code shows under its input field. */
  async pick(text) {
    await this.text(".quick-input-list .monaco-list-row", text);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first().click();
  }

  /** Opens a file of the folder by its name. */
  async openFile(name) {
    await this.page.keyboard.press("Control+P");
    await this.page.locator(".quick-input-widget input.input").fill(name);
    await this.text(".quick-input-list .monaco-list-row.focused", name);
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

  /** Takes a picture, without the tooltip of whatever the pointer happens to rest on. */
  picture(name) {
    const style = ".workbench-hover-container { visibility: hidden }";
    return this.page.screenshot({ path: path.join(this.pictures, `${name}.png`), animations: "disabled", style });
  }
}

/** In the page: whether a line has the colour of a step of the heat, or that none has. */
function hasTint({ step, wanted }) {
  const sample = document.querySelector(".monaco-workbench").appendChild(document.createElement("div"));
  sample.style.backgroundColor = `var(--vscode-heapline-heat${step})`;
  const colour = getComputedStyle(sample).backgroundColor;
  sample.remove();
  const lines = [...document.querySelectorAll(".view-overlays .cdr")];
  return lines.some((line) => getComputedStyle(line).backgroundColor === colour) === wanted;
}

/** In the page: whether the ruler beside the scroll bar has the colour of a step of the heat, or that it has not. */
function hasMark({ step, wanted }) {
  const ruler = document.querySelector("canvas.decorationsOverviewRuler");
  const one = new OffscreenCanvas(1, 1).getContext("2d");
  one.fillStyle = getComputedStyle(ruler.closest(".monaco-workbench")).getPropertyValue(`--vscode-heapline-heatMark${step}`);
  one.fillRect(0, 0, 1, 1);
  const colour = one.getImageData(0, 0, 1, 1).data.join();
  const { data } = ruler.getContext("2d").getImageData(0, 0, ruler.width, ruler.height);
  let found = false;
  for (let at = 0; at < data.length && !found; at += 4) found = data.slice(at, at + 4).join() === colour;
  return found === wanted;
}
