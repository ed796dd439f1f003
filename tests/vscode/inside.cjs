// What the tests inside VS Code's extension host (suite/, folders/, install/) share, and VS Code's entry point that runs one file of them.
const assert = require("node:assert/strict");
const { writeFile } = require("node:fs/promises");
const { createRequire } = require("node:module");
const path = require("node:path");
const vscode = require("vscode");

/** The options of run.mjs. */
const options = JSON.parse(process.env.HEAPLINE_TEST);
const Mocha = createRequire(path.join(process.env.HEAPLINE_TEST_TOOLS, "package.json"))("mocha");

/** The report to load, the file and the line (0-based) that leak. */
const report = vscode.Uri.file(options.report);
const file = vscode.Uri.file(path.join(options.workspace, options.file));
const line = options.line - 1;

/** What `look` (which may be asynchronous) gives, once that is true; looks again each time that `event` fires. */
function after(event, look) {
  return new Promise((resolve, reject) => {
    const listener = event(() => check());
    const check = async () => {
      try {
        const found = await look();
        if (!found) return;
        listener.dispose();
        resolve(found);
      } catch (error) {
        listener.dispose();
        reject(error);
      }
    };
    void check();
  });
}

const afterDiagnostics = (look) => after(vscode.languages.onDidChangeDiagnostics, look);
const diagnostics = (uri = file) => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "heapline");
const lenses = (uri = file) => vscode.commands.executeCommand("vscode.executeCodeLensProvider", uri, 1000);
const load = async (uri = report) => assert.ok((await vscode.commands.executeCommand("heapline.loadReport", uri))[0]);

module.exports = { after, afterDiagnostics, diagnostics, file, lenses, line, load, options, report };

/** VS Code's entry point: runs the file that `options.suite` names (`suite/reading`), writes the results to `mocha.json`. */
module.exports.run = async () => {
  const mocha = new Mocha({ timeout: 0, bail: true });
  mocha.addFile(path.join(__dirname, `${options.suite}.cjs`));
  const results = [];
  await new Promise((resolve) => {
    const runner = mocha.run(resolve);
    runner.on("test end", ({ title, state, err }) => results.push({ title, state, error: err?.stack }));
    // A hook that fails is no test, but must be heard of.
    runner.on("fail", ({ title, type }, err) => {
      if (type === "hook") results.push({ title, state: "failed", error: err?.stack });
    });
  });
  await writeFile(path.join(options.out, "mocha.json"), JSON.stringify(results));
};
