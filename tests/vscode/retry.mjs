// What a user sees where neither uv nor Python can be found: one message; and after Python was installed, the button helps.
import { symlink } from "node:fs/promises";
import path from "node:path";
import { Screen } from "./screen.mjs";

/** Gives `{ message, lens }`. `options.python` is a Python, `options.bin` a directory of the PATH that has none yet. */
export async function retry(code, options) {
  const screen = new Screen(code.page, options.out, { errorsEndIt: false });
  await code.open(options.workspace, [["openFile", code.remote(path.join(options.workspace, options.file))]]);
  const message = await screen.text(".notifications-toasts .notification-list-item", "could not be installed");
  await screen.picture("retry-1-message");

  await symlink(options.python, path.join(options.bin, "python3"));
  await code.page.getByRole("button", { name: "Try again" }).click();
  const lens = await screen.text(".codelens-decoration", options.live);
  await screen.picture("retry-2-lens");
  return { message, lens };
}
