// The figures of bench/extension.py, taken inside VS Code's extension host; they go to `figures.json`.
const { writeFile } = require("node:fs/promises");
const path = require("node:path");
const vscode = require("vscode");
const { after, lenses, load, options } = require("../tests/vscode/inside.cjs");

/** Bytes of the extension host that are in memory: its resident set, and the objects of all extensions. */
const memory = () => {
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heapUsed };
};

it("takes the figures", async () => {
  const start = performance.now();
  await vscode.extensions.getExtension("heapline.heapline").activate();
  const activation = performance.now() - start;
  await vscode.window.showTextDocument(vscode.Uri.file(path.join(options.workspace, options.file)));
  await vscode.commands.executeCommand("heapline.restartServer"); // answers when the server does
  const before = memory();
  const begun = performance.now();
  const loaded = load();
  await after(vscode.languages.onDidChangeDiagnostics, async () => (await lenses()).length > 0);
  const firstLenses = performance.now() - begun;
  await loaded;
  const complete = performance.now() - begun;
  const figures = { activation, firstLenses, complete, before, after: memory() };
  await writeFile(path.join(options.out, "figures.json"), JSON.stringify(figures));
});
