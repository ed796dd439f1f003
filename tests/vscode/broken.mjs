// What a user sees when the server cannot be started: one message, and the way to the setting.
import path from "node:path";
import { Screen } from "./screen.mjs";

/** Gives `{ messages, setting }`: the texts of all error messages, and of the settings page that the button opens. */
export async function broken(code, options) {
  const screen = new Screen(code.page, options.out, { errorsEndIt: false });
  await code.open(options.workspace, [["openFile", code.remote(path.join(options.workspace, options.file))]]);
  await screen.text(".notifications-toasts", "could not start its server");
  const messages = await code.page.locator(".notification-list-item-message").allInnerTexts();
  await screen.picture("broken-1-message");

  await code.page.getByRole("button", { name: "Open setting" }).click();
  const setting = await screen.text(".settings-editor .setting-item", "Server: Command");
  await screen.picture("broken-2-setting");
  return { messages, setting };
}
