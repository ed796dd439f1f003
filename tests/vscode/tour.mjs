// What a person does with a dump, from the explorer's menu to turning everything off; the documentation has the pictures.
import path from "node:path";
import { Screen } from "./screen.mjs";

/** Gives what was to be read on the way: `{ lens, heat, hover, status, holders, jumped, dominators, off, on }`. */
export async function tour(code, options) {
  const { page } = code;
  const screen = new Screen(page, options.out);
  const name = path.basename(options.file);
  await code.open(options.workspace, [["openFile", code.remote(path.join(options.workspace, options.file))]]);
  await screen.text(".statusbar-item", "Ruby");

  // Right-click the dump in the explorer.
  await row(screen, ".explorer-folders-view", "reports").click();
  const dump = row(screen, ".explorer-folders-view", path.basename(options.report));
  await dump.click({ button: "right" });
  const entry = page.locator(".monaco-menu .action-label", { hasText: "Load report" });
  await entry.waitFor();
  await screen.picture("1-load");
  await entry.click();

  // Lenses and heat.
  const lens = await screen.text(".codelens-decoration", options.live);
  await screen.text(".codelens-decoration", "retains");
  const status = await screen.text(".statusbar-item", path.basename(options.report));
  await page.locator(".view-overlays .cdr[class*='ced-']").first().waitFor();
  const heat = await tinted(page);
  await page.locator(".tabs-container .tab", { hasText: name }).click();
  await screen.picture("2-lens-and-heat");

  // Hover.
  await screen.goTo(options.line, options.column);
  await screen.command("Show or Focus Hover");
  const hover = await screen.text(".monaco-hover:not(.hidden)", options.live);
  await screen.picture("3-hover");
  await page.keyboard.press("Escape");

  // Follow a holder: a click on the lens opens the view.
  await page.locator(".codelens-decoration a", { hasText: options.live }).click();
  const tree = pane(page, "Holders");
  await screen.text(treeRow("Holders"), `${name}:${options.line}`);
  await screen.text(treeRow("Holders"), "root vm");
  const holders = await texts(tree);
  await screen.picture("4-holders");

  // Hot lines: filter, and jump to one.
  await pane(page, "Hot lines").locator(".monaco-list-row").first().click();
  await screen.command("Heapline: Group lines by…");
  await screen.pick("No groups");
  await screen.command("Heapline: Filter lines…");
  await page.locator(".quick-input-widget input.input").fill("builder");
  await page.keyboard.press("Enter");
  await screen.text(treeRow("Hot lines"), "builder.rb:");
  await screen.text(pane(page, "Hot lines"), "Only lines with “builder”");
  const hot = await texts(pane(page, "Hot lines"));
  await row(screen, treeRow("Hot lines"), "builder.rb:").click();
  const jumped = await screen.text(".tabs-container .tab.active", "builder.rb");
  await screen.picture("5-hot-lines");

  return { lens, heat, hover, status, holders, hot, jumped };
}
