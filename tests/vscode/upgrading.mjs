// What a user sees of an upgrade: a window that was open before it keeps its server, and one that is opened later has the new one.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { Screen } from "./screen.mjs";

/**
 * Gives what was seen `before` the upgrade to the package `options.newer`, in a window opened `after` it, in the `old` window
 * with its server started anew, and at `last`, when the old window was loaded again and the server once more started anew. Each
 * is `{ server, lens, environments }`: its row in a bug report, the line's lens, and what lies in `options.servers`.
 */
export async function upgrading(code, options) {
  const first = await open(code, options, code.page);
  const before = await look(first, options);
  const [host] = await readdir(path.join(options.servers, before.environments[0], "windows"));

  await code.install(options.newer);
  const second = await open(code, options, await code.page.context().newPage());
  const after = await look(second, options);
  await second.picture("upgrading-1-after");

  await startAnew(first);
  const old = await look(first, options);

  await open(code, options, code.page);
  await ended(host);
  await startAnew(first);
  const last = await look(first, options);
  return { before, after, old, last };
}

/** Shows the file in a window. */
async function open(code, options, window) {
  const file = code.remote(path.join(options.workspace, options.file));
  await code.open(options.workspace, [["openFile", file]], window);
  const screen = new Screen(window, options.out);
  await screen.text(".statusbar-item", "Ruby");
  return screen;
}

async function startAnew(screen) {
  await screen.command("Heapline: Unload all reports");
  await screen.gone(".codelens-decoration a");
  await screen.command("Heapline: Restart server");
}

/** Loads the report, which waits for the server, and reads what is there. */
async function look(screen, options) {
  await screen.command("Heapline: Load report…");
  await screen.choose("Load report", "Load", options.report);
  const lens = await screen.text(".codelens-decoration", options.live);
  await screen.command("Heapline: Collect information for a bug report");
  const server = await screen.text(".view-line", "| server |");
  await screen.command("View: Revert and Close Editor"); // its text would be asked about when the window is loaded again
  await screen.text(".codelens-decoration", options.live);
  return { server, lens, environments: await readdir(options.servers) };
}

/** Waits until a process has ended. */
async function ended(pid) {
  console.error(`waiting for the end of process ${pid}`);
  await once(spawn("tail", [`--pid=${pid}`, "--follow", "/dev/null"]), "exit");
}
