// What a user sees of a load that takes long: progress in the status bar, then a notification, whose button stops it.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { Screen } from "./screen.mjs";

const NOTIFICATION = ".notifications-toasts .notification-list-item";

/**
 * Gives `{ status, notification, indexing, log }`: what stood in the status bar and in the notification, the exit status of
 * a search for the indexing process after the button was pressed, and the log.
 */
export async function waiting(code, options) {
  const { page } = code;
  const screen = new Screen(page, options.out);
  const name = path.basename(options.report);
  const indexing = ["-f", `heapline index --events ${options.report}$`];
  await code.open(options.workspace, [["openFile", code.remote(path.join(options.workspace, options.file))]]);
  await screen.text(".statusbar-item", "Ruby");

  await screen.command("Heapline: Load report…");
  await screen.choose("Load report", "Load", options.report);
  const status = await screen.text(".statusbar-item", "reading");
  const halted = spawnSync("pkill", ["-STOP", ...indexing]);
  if (halted.status !== 0) throw new Error("the indexing process was not caught");
  const notification = await screen.text(NOTIFICATION, name);
  await screen.picture("waiting-1-long");

  await page.locator(NOTIFICATION, { hasText: name }).hover();
  await page.getByRole("button", { name: "Cancel" }).click();
  await screen.text(NOTIFICATION, "loading was stopped");
  await screen.text(".statusbar-item", "Heapline");
  const left = spawnSync("pgrep", indexing).status;
  await screen.picture("waiting-2-stopped");

  await screen.command("Heapline: Show log");
  const log = await screen.text(".output-view-content .view-lines, .panel .view-lines", "loading was stopped");
  return { status, notification, indexing: left, log };
}
