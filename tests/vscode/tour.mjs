// What a person does with a dump, from the explorer's menu until everything is turned off; the pictures are those of the
// documentation.
import path from "node:path";
import { Screen } from "./screen.mjs";

const SIDE_BAR = 450; // pixels: room for what a row says

/**
 * Gives what was to be read on the way: `{ lens, hover, status, problems, holders, hot, sorted, filtered, position,
 * dominators, more, evenMore, off, overview, jumped, suspectsOfOne, suspects }`.
 */
export async function tour(code, options) {
  const { page } = code;
  const screen = new Screen(page, options.out);
  const name = path.basename(options.file);
  const dump = path.basename(options.report);
  const lens = page.locator(".codelens-decoration a", { hasText: options.live });

  await code.open(options.workspace, [["openFile", code.remote(path.join(options.workspace, options.file))]]);
  await screen.text(".statusbar-item", "Ruby");
  await screen.widenSideBar(SIDE_BAR);

  // Load the dump from the explorer's menu.
  await screen.click(".explorer-folders-view .monaco-list-row", "reports");
  await screen.click(".explorer-folders-view .monaco-list-row", dump, { button: "right" });
  await screen.text(".context-view .action-label", "Load report");
  await screen.picture("load");
  await screen.click(".context-view .action-label", "Load report");

  // Lenses and heat; the status bar names the report.
  await screen.text(".codelens-decoration", "retains");
  await screen.heat(4);
  await screen.mark(4);
  const seen = { lens: await lens.innerText(), status: await screen.text(".statusbar-item", dump) };
  await screen.picture("lens");

  // Heat alone goes and comes back with one command.
  await screen.command("Heapline: Toggle heat");
  await screen.noHeat();
  await screen.noMarks();
  await screen.text(".codelens-decoration", "retains");
  await screen.command("Heapline: Toggle heat");
  await screen.heat(4);
  await screen.mark(4);

  // Everything about a line.
  await screen.goTo(options.line, options.column);
  await screen.command("Show or Focus Hover");
  seen.hover = await screen.text(".monaco-hover:not(.hidden)", options.live);
  await screen.scrollTo(".monaco-hover:not(.hidden) table");
  await screen.picture("hover");
  await page.keyboard.press("Escape");

  // What deserves attention, in all files.
  await screen.command("Problems: Focus on Problems View");
  seen.problems = await screen.text(".markers-panel .monaco-list", name);
  await screen.picture("problems");
  await screen.command("View: Hide Panel");

  // A click on the lens shows who holds the line's objects; further steps are a click each.
  await lens.click();
  await screen.row("Holders", "Hash").locator(".monaco-tl-twistie").click();
  await screen.row("Holders", "root vm").waitFor();
  seen.holders = await screen.rows("Holders");
  await screen.picture("holders");

  // The hot lines, flat, filtered, and a jump to one.
  await screen.row("Hot lines", options.file).waitFor();
  seen.hot = await screen.rows("Hot lines");
  await screen.command("Heapline: Group lines by…");
  await screen.click(".quick-input-list .monaco-list-row", "No groups");
  await screen.row("Hot lines", `${name}:${options.line}`).waitFor();
  await screen.command("Heapline: Sort lines by…");
  await screen.pick("Live objects");
  await screen.text(".pane-header", "live objects");
  seen.sorted = await screen.rows("Hot lines");
  await screen.command("Heapline: Sort lines by…");
  await screen.pick("Retained size");
  await screen.text(".pane-header", "retained size");
  await screen.command("Heapline: Filter lines…");
  await page.locator(".quick-input-widget input.input").fill("builder");
  await page.keyboard.press("Enter");
  await screen.text(".pane .message", "Only lines with “builder”");
  seen.filtered = await screen.rows("Hot lines");
  await screen.row("Hot lines", "builder.rb:").first().click();
  await screen.text(".tabs-container .tab.active", "builder.rb");
  seen.position = await screen.text(".statusbar-item", "Ln ");
  await screen.text(".codelens-decoration", "retains");
  await screen.heat(1);
  await screen.picture("hot-lines");

  // The dominator tree.
  await screen.click(".pane-header", "Dominators");
  await screen.row("Dominators", "module Main").click();
  await screen.text(".tabs-container .tab.active", "main.rb");
  await screen.text(".codelens-decoration", "retains");
  await screen.heat(4);
  seen.dominators = await screen.rows("Dominators");
  await screen.picture("dominators");

  // Its list goes on with a click at its end.
  await page.keyboard.press("End");
  const more = screen.row("Dominators", " more…");
  seen.more = await more.getAttribute("aria-label");
  await more.click();
  await screen.row("Dominators", seen.more).waitFor({ state: "detached" });
  await page.keyboard.press("End");
  seen.evenMore = await more.getAttribute("aria-label");

  // Everything off, and on again, from the status bar.
  await screen.click(".statusbar-item", dump);
  await screen.text(".quick-input-list .monaco-list-row", "Turn everything off");
  await screen.picture("menu");
  await screen.click(".quick-input-list .monaco-list-row", "Turn everything off");
  seen.off = await screen.text(".statusbar-item", "Heapline is off");
  await screen.gone(".codelens-decoration");
  await screen.noHeat();
  await screen.picture("off");
  await screen.click(".statusbar-item", "Heapline is off");
  await screen.click(".quick-input-list .monaco-list-row", "Turn Heapline on");
  await screen.text(".codelens-decoration", "retains");
  await screen.heat(4);

  // The overview: pictures, and a click on a tile opens the file of its line beside it.
  await screen.command("Heapline: Show overview");
  const overview = page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  await overview.locator("#holders .chart svg text", { hasText: "module Main" }).waitFor();
  seen.overview = await overview.locator("main").innerText();
  await screen.picture("overview-vscode");
  await overview.locator("#holders .chart").scrollIntoViewIfNeeded();
  await overview.locator("#holders .chart svg text", { hasText: "translation_cache.rb:9" }).click();
  seen.jumped = await screen.text(".tabs-container .tab.active", name);

  // What keeps growing: as one dump says, then as all of its process do.
  for (const view of ["Hot lines", "Holders", "Dominators"]) await screen.click(".pane-header", view);
  await screen.row("Suspects", name).first().waitFor();
  seen.suspectsOfOne = await screen.rows("Suspects");
  await screen.row("Suspects", "Load 2 more dumps").click();
  await screen.row("Suspects", "what it holds grew from dump to dump").waitFor();
  seen.suspects = await screen.rows("Suspects");
  await screen.row("Suspects", name).first().click();
  await screen.text(".codelens-decoration", "per snapshot");
  await screen.picture("suspects");
  return seen;
}
