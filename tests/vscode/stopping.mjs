// What a user sees who stops the installation of the server: it ends, nothing is left of it, and it can be had again.
import { spawnSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { Screen } from "./screen.mjs";

const INSTALLING = ".notifications-toasts .notification-list-item";

/**
 * Gives `{ running, after, left, again }`: whether pgrep found the installer (its exit status) before and after the button
 * was pressed, what lies in `options.servers` then, and what the next attempt shows.
 */
export async function stopping(code, options) {
  const { page } = code;
  const screen = new Screen(page, options.out);
  const installers = () => spawnSync("pgrep", ["-f", `uv pip install .*${options.servers}`]).status;
  await code.open(options.workspace, [["openFile", code.remote(path.join(options.workspace, options.file))]]);
  await screen.text(".statusbar-item", "Ruby");

  await load(screen, options.report);
  await screen.text(INSTALLING, "installing with uv");
  const running = installers();
  await screen.picture("stopping-1-installing");
  await page.locator(INSTALLING).first().hover();
  await page.getByRole("button", { name: "Cancel" }).click();
  await screen.gone(INSTALLING);
  const after = installers();
  const left = await readdir(options.servers);

  await load(screen, options.report);
  const again = await screen.text(INSTALLING, "installing with uv");
  return { running, after, left, again };
}

async function load(screen, report) {
  await screen.command("Heapline: Load report…");
  await screen.choose("Load report", "Load", report);
}
