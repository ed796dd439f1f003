// Runs inside VS Code's extension host: Heapline as other code in the editor sees it.
const assert = require("node:assert/strict");
const { access, writeFile } = require("node:fs/promises");
const { createRequire } = require("node:module");
const path = require("node:path");
const vscode = require("vscode");

const options = JSON.parse(process.env.HEAPLINE_TEST);
const Mocha = createRequire(path.join(process.env.HEAPLINE_TEST_TOOLS, "package.json"))("mocha");

const report = vscode.Uri.file(options.report);
const file = vscode.Uri.file(path.join(options.workspace, options.file));
const line = options.line - 1;

/** What `look` gives, once that is true; looks again each time that VS Code reports new diagnostics. */
function afterDiagnostics(look) {
  return new Promise((resolve) => {
    const listener = vscode.languages.onDidChangeDiagnostics(() => check());
    const check = () => {
      const found = look();
      if (!found) return;
      listener.dispose();
      resolve(found);
    };
    check();
  });
}

const ours = () => vscode.languages.getDiagnostics(file).filter((diagnostic) => diagnostic.source === "heapline");
const load = async () => assert.ok((await vscode.commands.executeCommand("heapline.loadReport", report))[0]);
const lenses = () => vscode.commands.executeCommand("vscode.executeCodeLensProvider", file, 1000);

function define(suite, test) {
  suite("Heapline", () => {
    test("starts with a Ruby file", async () => {
      await vscode.window.showTextDocument(file);
      await vscode.extensions.getExtension("heapline.heapline").activate();
    });

    test("shows a loaded dump's live objects in a lens over the line", async () => {
      await load();
      await afterDiagnostics(() => ours().length > 0);
      const titles = (await lenses()).filter((lens) => lens.range.start.line === line).map((lens) => lens.command.title);
      assert.equal(titles.length, 1);
      assert.ok(titles[0].startsWith(options.live), titles[0]);
    });

    test("has a diagnostic for the line, as information", () => {
      const [diagnostic] = ours().filter(({ range }) => range.start.line === line);
      assert.equal(diagnostic.severity, vscode.DiagnosticSeverity.Information);
    });

    test("says in a hover what lives there", async () => {
      const hovers = await vscode.commands.executeCommand(
        "vscode.executeHoverProvider",
        file,
        new vscode.Position(line, options.column - 1),
      );
      const text = hovers.flatMap((hover) => hover.contents.map((content) => content.value)).join("\n");
      assert.ok(text.includes(options.live), text);
    });

    test("heeds a setting as soon as it changes", async () => {
      const setting = vscode.workspace.getConfiguration("heapline.diagnostics");
      await setting.update("severity", "warning", vscode.ConfigurationTarget.Global);
      await afterDiagnostics(() => ours()[0]?.severity === vscode.DiagnosticSeverity.Warning);
      await setting.update("severity", undefined, vscode.ConfigurationTarget.Global);
      await afterDiagnostics(() => ours()[0]?.severity === vscode.DiagnosticSeverity.Information);
    });

    test("takes everything away when the reports are unloaded", async () => {
      await vscode.commands.executeCommand("heapline.unloadAllReports");
      await afterDiagnostics(() => ours().length === 0);
      assert.deepEqual(await lenses(), []);
    });

    test("works again after the server was restarted", async () => {
      await vscode.commands.executeCommand("heapline.restartServer");
      await load();
      await afterDiagnostics(() => ours().length > 0);
      assert.notDeepEqual(await lenses(), []);
    });

    test("goes over to another server command as soon as the setting names it", async () => {
      const log = path.join(options.out, "server.log");
      const setting = vscode.workspace.getConfiguration("heapline.server");
      const command = [...setting.get("command"), "--log-file", log];
      await setting.update("command", command, vscode.ConfigurationTarget.Global);
      await load();
      await access(log);
    });
  });
}

/** VS Code's entry point: runs the tests, writes their results to `mocha.json`. */
exports.run = async () => {
  const mocha = new Mocha({ timeout: 0, bail: true });
  mocha.suite.emit(Mocha.Suite.constants.EVENT_FILE_PRE_REQUIRE, globalThis, "", mocha);
  define(globalThis.describe, globalThis.it);
  const results = [];
  await new Promise((resolve) => {
    const runner = mocha.run(resolve);
    runner.on("test end", ({ title, state, err }) => results.push({ title, state, error: err?.stack }));
  });
  await writeFile(path.join(options.out, "mocha.json"), JSON.stringify(results));
};
