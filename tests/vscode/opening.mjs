// What a newcomer does: opens a dump as a file, loads it, comes back the next day, and tries the sample program.
import path from "node:path";
import { Screen } from "./screen.mjs";

/** Gives the texts on the screen, `{ before, after, lens, again, sample, strangers }`. */
export async function opening(code, options) {
  const screen = new Screen(code.page, options.out);
  const report = code.remote(options.report);
  const leak = code.remote(path.join(options.workspace, options.file));

  await code.open(options.workspace, [["openFile", report]]);
  await screen.text(".editor-instance", "binary");
  await screen.command("View: Reopen Editor With...");
  await screen.pick("Heapline");
  const page = code.page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  const before = await page.locator("body").innerText();
  await screen.picture("opening-1-dump");
  await page.getByRole("button", { name: "Load", exact: true }).click();
  await page.getByRole("button", { name: "Unload" }).waitFor();
  const after = await page.locator("body").innerText();
  await screen.picture("opening-2-loaded");

  await screen.openFile(path.basename(options.file));
  const lens = await screen.text(".codelens-decoration", options.live);
  await code.open(options.workspace, [["openFile", leak]]);
  const again = await screen.text(".codelens-decoration", options.live);

  const [window] = await Promise.all([
    code.page.context().waitForEvent("page"),
    screen.command("Heapline: Open the sample program"),
  ]);
  const sampleScreen = new Screen(window, options.out);
  await sampleScreen.text(".explorer-folders-view", "main.rb");
  await sampleScreen.openFile(path.basename(options.file));
  const sample = await sampleScreen.text(".codelens-decoration", options.live);
  await sampleScreen.picture("opening-3-sample");
  return { before, after, lens, again, sample, strangers: code.strangers() };
}
