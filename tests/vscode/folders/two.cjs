// Two folders in one window: reports of both, settings of each.
const assert = require("node:assert/strict");
const path = require("node:path");
const vscode = require("vscode");
const { afterDiagnostics, diagnostics, file, lenses, load, options } = require("../inside.cjs");

const other = vscode.Uri.file(path.join(options.second, "lib", "image_registry.rb"));

describe("Two folders", () => {
  it("each show the numbers of their own report", async () => {
    await vscode.window.showTextDocument(file);
    await vscode.workspace.openTextDocument(other);
    await load();
    await load(vscode.Uri.file(path.join(options.second, "reports", "heap-3.json.gz")));
    await afterDiagnostics(() => diagnostics().length > 0 && diagnostics(other).length > 0);
    assert.notDeepEqual(await lenses(), []);
    assert.notDeepEqual(await lenses(other), []);
  });

  it("each have settings of their own", async () => {
    const setting = vscode.workspace.getConfiguration("heapline.diagnostics", other);
    await setting.update("severity", "off", vscode.ConfigurationTarget.WorkspaceFolder);
    await afterDiagnostics(() => diagnostics(other).length === 0);
    assert.ok(diagnostics().length > 0);
  });
});
