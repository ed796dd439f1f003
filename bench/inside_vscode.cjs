// Runs inside VS Code's extension host as a suite of tests/vscode does, and measures it.
const assert = require("node:assert/strict");
const { writeFile } = require("node:fs/promises");
const path = require("node:path");
const v8 = require("node:v8");
const vm = require("node:vm");
const vscode = require("vscode");
const { file, lenses, load, options } = require("../tests/vscode/inside.cjs");

v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc");
const figures = {};

/** Bytes in use after a collection, and resident. */
function memory() {
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  return { heapUsed, rss };
}

describe("The extension", () => {
  it("is activated", async () => {
    const extension = vscode.extensions.getExtension("heapline.heapline");
    assert.equal(extension.isActive, false);
    const start = performance.now();
    await extension.activate();
    figures.activation = performance.now() - start;
  });

  it("loads a report and shows lenses", async () => {
    await vscode.window.showTextDocument(file);
    const start = performance.now();
    await load();
    assert.notEqual((await lenses()).length, 0);
    figures.lenses = performance.now() - start;
  });

  it("does not grow with the heap", async () => {
    await vscode.commands.executeCommand("heapline.hotLines.focus");
    figures.before = memory();
    await load(vscode.Uri.file(options.large));
    assert.notEqual((await lenses()).length, 0);
    await vscode.commands.executeCommand("heapline.dominators.focus");
    figures.after = memory();
    await writeFile(path.join(options.out, "figures.json"), JSON.stringify(figures));
  });
});
