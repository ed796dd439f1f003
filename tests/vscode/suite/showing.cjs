// What is shown, and how to be rid of it: hints, the chosen number, hidden files, the switch for everything, the table.
const assert = require("node:assert/strict");
const vscode = require("vscode");
const { afterDiagnostics, diagnostics, file, lenses, line, load, options, report } = require("../inside.cjs");

const settings = () => vscode.workspace.getConfiguration("heapline");
const set = (name, value) => settings().update(name, value, vscode.ConfigurationTarget.Global);
const run = (command, ...args) => vscode.commands.executeCommand(command, ...args);
const titles = async () => (await lenses()).filter((lens) => lens.range.start.line === line).map((lens) => lens.command.title);
const everything = new vscode.Range(0, 0, 1000, 0);
const hints = () => vscode.commands.executeCommand("vscode.executeInlayHintProvider", file, everything);

/** Waits until the server has read the settings: it reads all of them at once, and diagnostics show when it has. */
async function settled() {
  await set("diagnostics.severity", "warning");
  await afterDiagnostics(() => diagnostics()[0]?.severity === vscode.DiagnosticSeverity.Warning);
  await set("diagnostics.severity", undefined);
  await afterDiagnostics(() => diagnostics()[0]?.severity === vscode.DiagnosticSeverity.Information);
}

describe("What is shown", () => {
  before(async () => {
    await vscode.window.showTextDocument(file);
    await load();
    await afterDiagnostics(() => diagnostics().length > 0);
  });

  it("has no inlay hints until they are switched on", async () => {
    assert.deepEqual(await hints(), []);
    await run("heapline.toggleInlayHints");
    await settled();
    const shown = await hints();
    assert.ok(shown.some((hint) => hint.position.line === line && /^retains ≥ /.test(hint.label)));
    await run("heapline.toggleInlayHints");
    await settled();
    assert.deepEqual(await hints(), []);
  });

  it("is the number that the setting names", async () => {
    await set("metric", "liveObjects");
    await settled();
    assert.deepEqual(await titles(), [options.live]);
    await set("metric", undefined);
    await settled();
    assert.match((await titles())[0], /retains ≥ /);
  });

  it("leaves out a file that is hidden, until it is shown again", async () => {
    await run("heapline.hideInFile");
    await afterDiagnostics(() => diagnostics().length === 0);
    assert.deepEqual(await lenses(), []);
    await run("heapline.showInFile");
    await afterDiagnostics(() => diagnostics().length > 0);
    assert.equal((await titles()).length, 1);
  });

  it("keeps a file hidden when the server starts anew", async () => {
    await run("heapline.hideInFile");
    await afterDiagnostics(() => diagnostics().length === 0);
    await run("heapline.restartServer");
    await load();
    assert.deepEqual(await lenses(), []);
    await run("heapline.showInFile");
    await afterDiagnostics(() => diagnostics().length > 0);
  });

  it("is nothing at all once everything is turned off, and all again by the same command", async () => {
    await run("heapline.toggle");
    await afterDiagnostics(() => diagnostics().length === 0);
    assert.deepEqual(await lenses(), []);
    await run("heapline.toggle");
    await afterDiagnostics(() => diagnostics().length > 0);
    assert.equal((await titles()).length, 1);
  });

  it("goes to the line from a lens that knows no holders, to show what is known", async () => {
    const text = vscode.Uri.joinPath(report, "..", "memory_profiler.txt");
    await run("heapline.unloadAllReports");
    await load(text);
    const [lens] = (await lenses()).filter(({ command }) => command.title.startsWith("allocated"));
    assert.equal(lens.command.command, "heapline.showDetails");
    await vscode.window.showTextDocument(file);
    await run(lens.command.command, ...lens.command.arguments);
    assert.equal(vscode.window.activeTextEditor.selection.active.line, lens.range.start.line);
    await run("heapline.unloadAllReports");
    await load();
  });

  it("can be copied as a table", async () => {
    await run("heapline.hotLines.copy");
    const table = await vscode.env.clipboard.readText();
    assert.match(table, /^\| line \| retains ≥ \| live bytes \| live objects \| share \|\n\| --- \|/);
    assert.ok(table.includes(`\`${options.file}:${options.line}\``), table);
  });
});
