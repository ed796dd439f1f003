// The server that the extension carries, installed with uv, which `options.environment` has on the PATH.
const assert = require("node:assert/strict");
const { access, readdir, readFile, writeFile } = require("node:fs/promises");
const path = require("node:path");
const vscode = require("vscode");
const { afterDiagnostics, diagnostics, file, lenses, load, options } = require("../inside.cjs");

const servers = path.join(options.home, "data/User/globalStorage/heapline.heapline/servers");
const installed = async () => path.join(servers, (await readdir(servers))[0]);

describe("The extension's own server", () => {
  it("is not installed for somebody who only reads Ruby", async () => {
    await vscode.window.showTextDocument(file);
    await vscode.extensions.getExtension("heapline.heapline").activate();
    await assert.rejects(access(servers));
  });

  it("is installed when a report is loaded", async () => {
    await load();
    await afterDiagnostics(() => diagnostics().length > 0);
    assert.notDeepEqual(await lenses(), []);
    assert.match(await readFile(path.join(await installed(), "pyvenv.cfg"), "utf8"), /^uv = /m);
  });

  it("is made anew when it does not start", async () => {
    const before = await installed();
    const lib = path.join(before, "lib");
    const module = path.join(lib, (await readdir(lib))[0], "site-packages/heapline/__main__.py");
    await writeFile(module, "raise SystemExit('damaged')\n");
    await vscode.commands.executeCommand("heapline.restartServer");
    await load();
    assert.equal(await installed(), before);
    assert.doesNotMatch(await readFile(module, "utf8"), /damaged/);
  });

  it("says in a bug report what it is and what is loaded, but not where", async () => {
    await vscode.commands.executeCommand("heapline.collectBugReport");
    const text = vscode.window.activeTextEditor.document.getText();
    assert.match(text, /\| server \| heapline \d/);
    assert.ok(text.includes(`"path": "${path.basename(options.report)}"`), text);
    assert.match(text, /uv pip install|pip install/); // the log tells of the installation
  });
});
