// What a user sees of a load: progress in the status bar, where a click leads to the button that stops it. If the load takes
// long, a notification with that button comes by itself.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { Screen } from "./screen.mjs";

// Whichever step the indexing had come to when it was told to stand still.
const STEP = /reading|counting|linking|finding|adding|writing/;
const TOAST = ".notifications-toasts .notification-list-item";
const CENTER = ".notifications-center .notification-list-item";

/**
 * Gives `{ status, clicked, notification, indexing, log }`: what stood in the status bar, in the notification behind it and in
 * the one that came by itself, the exit statuses of searches for the indexing process after each button was pressed, and the log.
 */
export async function waiting(code, options) {
  const { page } = code;
  const screen = new Screen(page, options.out);
  const name = path.basename(options.report);
  const indexing = ["-f", `heapline index --events ${options.report}$`];

  /** Loads the report, and has its indexing stand still; gives what is in the status bar. */
  const load = async () => {
    await screen.command("Heapline: Load report…");
    await screen.choose("Load report", "Load", options.report);
    const status = await screen.text(".statusbar-item", STEP);
    if (spawnSync("pkill", ["-STOP", ...indexing]).status !== 0) throw new Error("the indexing process was not caught");
    return status;
  };
  /** Presses the notification's button; gives whether pgrep finds the process then. */
  const cancel = async (list) => {
    await page.locator(list, { hasText: name }).first().hover();
    await page.locator(list, { hasText: name }).first().getByRole("button", { name: "Cancel" }).click();
    await screen.text(list, "loading was stopped");
    await screen.text(".statusbar-item", "Heapline");
    return spawnSync("pgrep", indexing).status;
  };

  await code.open(options.workspace, [["openFile", code.remote(path.join(options.workspace, options.file))]]);
  await screen.text(".statusbar-item", "Ruby");

  const status = await load();
  await screen.click(".statusbar-item", STEP);
  const clicked = await screen.text(CENTER, name);
  await screen.picture("waiting-1-clicked");
  const first = await cancel(CENTER);
  await screen.command("Notifications: Clear All Notifications");
  await screen.gone(CENTER);

  await load();
  const notification = await screen.text(TOAST, name);
  await screen.picture("waiting-2-long");
  const second = await cancel(TOAST);
  await screen.picture("waiting-3-stopped");

  await screen.command("Heapline: Show log");
  const log = await screen.text(".output-view-content .view-lines, .panel .view-lines", "loading was stopped");
  return { status, clicked, notification, indexing: [first, second], log };
}
