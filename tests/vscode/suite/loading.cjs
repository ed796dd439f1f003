// Reports come, change, come back and go: by command, by settings, by a change of the file, after a crash.
const assert = require("node:assert/strict");
const { copyFile, mkdir, readdir, readFile, rename } = require("node:fs/promises");
const path = require("node:path");
const vscode = require("vscode");
const { afterDiagnostics, diagnostics, file, lenses, line, load, options, report } = require("../inside.cjs");

const early = path.join(options.workspace, "reports", "heap-1.json.gz");
const late = options.report;
const changing = path.join(options.workspace, "tmp", "heap.json.gz");
const appearing = path.join(options.workspace, "tmp", "late.json.gz");

const titleOfLine = async () => (await lenses()).find((lens) => lens.range.start.line === line)?.command.title;
const showsTheLeak = async () => (await titleOfLine())?.startsWith(options.live);
const status = () => vscode.commands.executeCommand("heapline.status");

/** Puts a copy of `source` at `target`, whole from the first moment on. */
async function put(source, target) {
  await copyFile(source, `${target}.partial`);
  await rename(`${target}.partial`, target);
}

/** The process of the language server: the one child of the extension host that is Heapline's. */
async function serverProcess() {
  for (const thread of await readdir("/proc/self/task")) {
    const children = (await readFile(`/proc/self/task/${thread}/children`, "utf8")).trim().split(" ").filter(Boolean);
    for (const child of children) {
      const command = await readFile(`/proc/${child}/cmdline`, "utf8").catch(() => "");
      if (command.split("\0").includes("heapline")) return Number(child);
    }
  }
  throw new Error("no server is running");
}

describe("Loading", () => {
  before(async () => {
    await vscode.window.showTextDocument(file);
    await mkdir(path.dirname(changing), { recursive: true });
    await put(early, changing);
  });

  it("follows a report whose file is replaced while VS Code is open", async () => {
    await load(vscode.Uri.file(changing));
    await afterDiagnostics(() => diagnostics().length > 0);
    assert.ok(!(await showsTheLeak()));
    await put(late, changing);
    await afterDiagnostics(showsTheLeak);
  });

  it("brings the reports back after the server has crashed", async () => {
    const before = await serverProcess();
    process.kill(before, "SIGKILL");
    await afterDiagnostics(() => diagnostics().length === 0);
    await afterDiagnostics(showsTheLeak);
    assert.notEqual(await serverProcess(), before);
    assert.deepEqual((await status()).reports.map(({ path }) => path), [changing]);
  });

  it("takes one report away and leaves the others", async () => {
    await load(report);
    await vscode.commands.executeCommand("heapline.unloadReport", vscode.Uri.file(changing));
    assert.deepEqual((await status()).reports.map(({ path }) => path), [options.report]);
    await vscode.commands.executeCommand("heapline.unloadAllReports");
    await afterDiagnostics(() => diagnostics().length === 0);
  });

  it("does not bring back what was unloaded", async () => {
    await vscode.commands.executeCommand("heapline.restartServer");
    const { reports, loading } = await status();
    assert.deepEqual([reports, loading], [[], []]);
  });

  it("notices a report that the settings name as soon as it is written", async () => {
    // The first one says when the setting has arrived: from then on the server watches.
    await put(early, changing);
    const settings = vscode.workspace.getConfiguration("heapline");
    await settings.update("reports", ["tmp/heap.*", "tmp/late.*"], vscode.ConfigurationTarget.Workspace);
    await afterDiagnostics(() => diagnostics().length > 0);
    assert.ok(!(await showsTheLeak()));
    await put(late, appearing);
    await afterDiagnostics(showsTheLeak);
  });
});
