// What a user does with the mouse: drags a dump out of the explorer, over the activity bar, onto the empty view Reports, and
// then another onto the list.
import path from "node:path";
import { Screen } from "./screen.mjs";

/** Gives `{ lens, reports }`: the lens after the first drop, and the rows of the view after `options.second` was dropped too. */
export async function dropping(code, options) {
  const { page } = code;
  const screen = new Screen(page, options.out);
  await code.open(options.workspace, [["openFile", code.remote(path.join(options.workspace, options.file))]]);
  await screen.text(".statusbar-item", "Ruby");
  await screen.click(".explorer-folders-view .monaco-list-row", "reports");

  await dragToReports(screen, path.basename(options.report));
  const lens = await screen.text(".codelens-decoration", options.live);
  await screen.picture("dropping-1-first");

  await screen.command("View: Show Explorer");
  await dragToReports(screen, path.basename(options.second));
  await screen.row("Reports", path.basename(options.second)).filter({ hasText: "objects" }).waitFor();
  await screen.row("Reports", "loading…").waitFor({ state: "detached" });
  const reports = await screen.rows("Reports");
  await screen.picture("dropping-2-second");
  return { lens, reports };
}

/** Drags a file of the explorer onto the view's list. */
async function dragToReports(screen, name) {
  const { page } = screen;
  await screen.text(".explorer-folders-view .monaco-list-row", name);
  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: name }).hover();
  await page.mouse.down();
  // VS Code opens a view while something is held over its icon.
  await moveTo(page, page.locator(".activitybar .action-item", { has: page.locator("[aria-label^='Heapline']") }));
  const target = screen.pane("Reports").locator(".monaco-list");
  await target.waitFor();
  await moveTo(page, target);
  await page.mouse.up();
}

async function moveTo(page, element) {
  const { x, y, width, height } = await element.boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2, { steps: 10 });
}
