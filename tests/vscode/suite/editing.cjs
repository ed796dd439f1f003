// Numbers while the user edits: they go with their lines, and go away in the ways that the light bulb offers.
const assert = require("node:assert/strict");
const vscode = require("vscode");
const { afterDiagnostics, diagnostics, file, lenses, line, load } = require("../inside.cjs");

const marked = () => diagnostics().map(({ range }) => range.start.line);
const titles = async (at) => (await lenses()).filter(({ range }) => range.start.line === at).map(({ command }) => command.title);

describe("Editing", () => {
  let editor;
  let shown;

  before(async () => {
    editor = await vscode.window.showTextDocument(file);
    await load();
    await afterDiagnostics(() => marked().includes(line));
    shown = await titles(line);
    assert.equal(shown.length, 1);
    assert.doesNotMatch(shown[0], /^~/);
  });

  it("above a hot line takes its lens and its diagnostic along", async () => {
    await editor.edit((change) => change.insert(new vscode.Position(0, 0), "# one\n# two\n"));
    await afterDiagnostics(() => marked().includes(line + 2));
    assert.deepEqual(await titles(line + 2), shown);
    assert.deepEqual(await titles(line), []);
  });

  it("of the hot line itself puts its number in doubt, and undo brings it back", async () => {
    const text = editor.document.lineAt(line + 2);
    await editor.edit((change) => change.insert(text.range.end, ".freeze"));
    await afterDiagnostics(() => !marked().includes(line + 2));
    assert.deepEqual(await titles(line + 2), [`~ ${shown[0]}`]);
    await vscode.commands.executeCommand("undo");
    await afterDiagnostics(() => marked().includes(line + 2));
    assert.deepEqual(await titles(line + 2), shown);
  });

  it("by the light bulb silences the line with a comment", async () => {
    const here = editor.document.lineAt(line + 2).range;
    const actions = await vscode.commands.executeCommand("vscode.executeCodeActionProvider", file, here);
    const ignore = actions.find(({ title }) => title.includes("with a comment"));
    assert.ok(ignore, actions.map(({ title }) => title).join(", "));
    assert.ok(await vscode.workspace.applyEdit(ignore.edit));
    await afterDiagnostics(() => !marked().includes(line + 2));
    assert.match(editor.document.lineAt(line + 2).text, /# heapline:ignore /);
    assert.deepEqual(await titles(line + 2), []);
  });

  after(() => vscode.commands.executeCommand("workbench.action.files.revert"));
});
