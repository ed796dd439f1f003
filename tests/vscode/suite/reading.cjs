// Heapline as other code in the editor sees it: diagnostics, lenses, hovers, settings.
const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const { access, open } = require("node:fs/promises");
const path = require("node:path");
const vscode = require("vscode");
const { after, afterDiagnostics, diagnostics, file, lenses, line, load, options } = require("../inside.cjs");

describe("A report on the code", () => {
  it("starts with a Ruby file", async () => {
    await vscode.window.showTextDocument(file);
    await vscode.extensions.getExtension("heapline.heapline").activate();
  });

  it("shows a loaded dump's live objects in a lens over the line", async () => {
    await load();
    await afterDiagnostics(() => diagnostics().length > 0);
    const titles = (await lenses()).filter((lens) => lens.range.start.line === line).map((lens) => lens.command.title);
    assert.equal(titles.length, 1);
    assert.ok(titles[0].startsWith(options.live), titles[0]);
  });

  it("has a diagnostic for the line, as information", () => {
    const [diagnostic] = diagnostics().filter(({ range }) => range.start.line === line);
    assert.equal(diagnostic.severity, vscode.DiagnosticSeverity.Information);
  });

  it("says in a hover what lives there", async () => {
    const hovers = await vscode.commands.executeCommand(
      "vscode.executeHoverProvider",
      file,
      new vscode.Position(line, options.column - 1),
    );
    const text = hovers.flatMap((hover) => hover.contents.map((content) => content.value)).join("\n");
    assert.ok(text.includes(options.live), text);
  });

  it("explains on a page how the paths of the report were placed", async () => {
    const page = await vscode.commands.executeCommand("heapline.explainPaths");
    const shown = await after(vscode.window.onDidChangeActiveTextEditor, () => {
      const document = vscode.window.activeTextEditor?.document;
      return document?.uri.toString() === vscode.Uri.parse(page.uri).toString() && document;
    });
    assert.equal(shown.getText(), page.text);
    assert.match(page.text, /## Placed\n/);
    await vscode.window.showTextDocument(file);
  });

  it("heeds a setting as soon as it changes", async () => {
    const setting = vscode.workspace.getConfiguration("heapline.diagnostics");
    await setting.update("severity", "warning", vscode.ConfigurationTarget.Global);
    await afterDiagnostics(() => diagnostics()[0]?.severity === vscode.DiagnosticSeverity.Warning);
    await setting.update("severity", undefined, vscode.ConfigurationTarget.Global);
    await afterDiagnostics(() => diagnostics()[0]?.severity === vscode.DiagnosticSeverity.Information);
  });

  it("takes everything away when the reports are unloaded", async () => {
    await vscode.commands.executeCommand("heapline.unloadAllReports");
    await afterDiagnostics(() => diagnostics().length === 0);
    assert.deepEqual(await lenses(), []);
  });

  it("works again after the server was restarted", async () => {
    await vscode.commands.executeCommand("heapline.restartServer");
    await load();
    await afterDiagnostics(() => diagnostics().length > 0);
    assert.notDeepEqual(await lenses(), []);
  });

  it("goes over to another server command as soon as the setting names it", async () => {
    const log = path.join(options.out, "server.log");
    const setting = vscode.workspace.getConfiguration("heapline.server");
    const command = [...setting.get("command"), "--log-file", log];
    await setting.update("command", command, vscode.ConfigurationTarget.Global);
    await load();
    await access(log);
  });

  it("says in a bug report that a server is starting, and which one it is when it has started", async () => {
    // A server that waits to be let in: this end of the pipe opens when it has come so far.
    const gate = path.join(options.out, "gate");
    execFileSync("mkfifo", [gate]);
    const setting = vscode.workspace.getConfiguration("heapline.server");
    const command = ["/bin/sh", "-c", 'read go < "$0"; exec "$@"', gate, ...setting.get("command")];
    await setting.update("command", command, vscode.ConfigurationTarget.Global);
    const opened = await open(gate, "w");
    assert.equal(await serverInBugReport(), "starting");
    await opened.close();
    await load();
    assert.match(await serverInBugReport(), /^heapline \d/);
  });
});

async function serverInBugReport() {
  await vscode.commands.executeCommand("heapline.collectBugReport");
  return /\| server \| (.*) \|/.exec(vscode.window.activeTextEditor.document.getText())[1];
}
