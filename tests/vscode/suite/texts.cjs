// A report's text in the editor: its language, links, definition, hover, outline, folds; and the way back from the code.
const assert = require("node:assert/strict");
const { execFile } = require("node:child_process");
const { readFile, writeFile } = require("node:fs/promises");
const path = require("node:path");
const { promisify } = require("node:util");
const vscode = require("vscode");
const { after, file, lenses, line, load, options } = require("../inside.cjs");

const text = vscode.Uri.file(path.join(options.workspace, "reports", "memory_profiler.txt"));
const named = `${options.file}:${options.line}`;
const run = (command, ...args) => vscode.commands.executeCommand(command, ...args);

/** The number of the first row that names the line that leaks. */
const row = async (document) => document.getText().split("\n").findIndex((found) => found.endsWith(named));

describe("A report's text", () => {
  let document;

  before(async () => {
    document = await vscode.workspace.openTextDocument(text);
    await vscode.window.showTextDocument(document);
    await vscode.extensions.getExtension("heapline.heapline").activate();
    await load();
  });

  it("has a language of its own", () => assert.equal(document.languageId, "ruby-memory-report"));

  it("links each row to its line", async () => {
    const links = await run("vscode.executeLinkProvider", text, 1000);
    const own = links.filter((link) => link.target?.fsPath.startsWith(options.workspace));
    assert.ok(own.length > 50, String(own.length));
    for (const { range, target } of own) {
      const at = document.getText(range);
      assert.ok(at.endsWith(`${path.relative(options.workspace, target.fsPath)}:${target.fragment.slice(1)}`), at);
    }
  });

  it("goes to the definition of a row", async () => {
    const [found] = await run("vscode.executeDefinitionProvider", text, new vscode.Position(await row(document), 3));
    assert.deepEqual([found.uri.fsPath, found.range.start.line], [file.fsPath, line]);
  });

  it("says in a row's hover what the dump has on its line", async () => {
    const hovers = await run("vscode.executeHoverProvider", text, new vscode.Position(await row(document), 20));
    const said = hovers.flatMap((hover) => hover.contents.map((content) => content.value)).join("\n");
    assert.ok(said.includes(options.live), said);
  });

  it("has an outline and folds", async () => {
    const symbols = await run("vscode.executeDocumentSymbolProvider", text);
    assert.ok(symbols.some(({ name }) => name === "allocated memory by location"));
    const folds = await run("vscode.executeFoldingRangeProvider", text);
    assert.ok(folds.some(({ start }) => document.lineAt(start).text === "allocated memory by location"));
  });

  it("leaves the folds of code to the editor, which folds by indentation", async () => {
    const code = await vscode.workspace.openTextDocument(file);
    const folds = await run("vscode.executeFoldingRangeProvider", file);
    assert.ok(folds.some(({ start }) => code.lineAt(start).text.startsWith("class ")), JSON.stringify(folds));
  });

  it("works in an editor that it was pasted into, never saved and plain text, and is loaded from there", async () => {
    const pasted = await vscode.workspace.openTextDocument({ language: "plaintext" });
    const edit = new vscode.WorkspaceEdit();
    edit.insert(pasted.uri, new vscode.Position(0, 0), await readFile(text.fsPath, "utf8"));
    await vscode.workspace.applyEdit(edit);
    assert.deepEqual([pasted.uri.scheme, pasted.languageId], ["untitled", "plaintext"]);
    const [found] = await run("vscode.executeDefinitionProvider", pasted.uri, new vscode.Position(await row(pasted), 3));
    assert.deepEqual([found.uri.fsPath, found.range.start.line], [file.fsPath, line]);
    const [lens] = await lenses(pasted.uri);
    assert.equal(lens.command.title, "Load this report");
    const loaded = await run(lens.command.command, ...lens.command.arguments);
    assert.equal(loaded.format, "memory-profiler");
  });

  it("is known by its content under any name, and other plain text is left alone", async () => {
    const content = await readFile(text.fsPath, "utf8");
    for (const [name, written, links] of [["job", `what the job printed:\n${content}`, 1], ["todo", "see main.rb:1", 0]]) {
      const uri = vscode.Uri.file(path.join(options.workspace, `${name}.txt`));
      await writeFile(uri.fsPath, written);
      assert.equal((await vscode.workspace.openTextDocument(uri)).languageId, "plaintext");
      const found = await run("vscode.executeLinkProvider", uri, 1);
      assert.equal(found.filter(({ target }) => target?.fsPath.startsWith(options.workspace)).length > 0, links > 0, name);
    }
  });

  it("is found from the line of code", async () => {
    const [lens] = await lenses(text);
    await run(lens.command.command, ...lens.command.arguments);
    const at = new vscode.Range(line, 0, line, 0);
    const actions = await run("vscode.executeCodeActionProvider", file, at);
    const back = actions.find(({ title }) => title === "Show in memory_profiler.txt");
    assert.ok(back, actions.map(({ title }) => title).join());
    await run(back.command.command, ...back.command.arguments);
    const wanted = await row(document);
    await after(vscode.window.onDidChangeTextEditorSelection, () => {
      const shown = vscode.window.activeTextEditor;
      return shown?.document.uri.fsPath === text.fsPath && shown.selection.start.line === wanted;
    });
  });

  it("can be exported as a profile that VS Code itself opens, and puts on the line", async () => {
    const profile = vscode.Uri.file(path.join(options.workspace, "tmp.heapprofile"));
    const [python] = options.command;
    const command = ["-m", "heapline", "export", options.report, "--format", "heapprofile", "--output", profile.fsPath];
    await promisify(execFile)(python, command, { cwd: options.workspace });
    await run("vscode.open", profile);
    const { input } = vscode.window.tabGroups.activeTabGroup.activeTab;
    assert.equal(input.viewType, "jsProfileVisualizer.heapprofile.table");
    const own = await after(vscode.window.tabGroups.onDidChangeTabs, async () =>
      (await lenses()).find(({ range, command }) => range.start.line === line && / Self Size, /.test(command?.title)),
    );
    assert.ok(own.command.title.startsWith(options.kilobytes), own.command.title);
  });

  it("of more than 50 MB, which no extension is given, is loaded by its file and found from the line of code", async () => {
    const big = vscode.Uri.file(path.join(options.workspace, "big.txt"));
    const [totals, ...sections] = (await readFile(text.fsPath, "utf8")).split("\n\n");
    await writeFile(big.fsPath, [totals, `${"x".repeat(99)}\n`.repeat(600_000), ...sections].join("\n\n"));
    await assert.rejects(async () => await vscode.workspace.openTextDocument(big), /50MB/);
    const [loaded] = await run("heapline.loadReport", big, { groupId: 0 }); // as the menu of its tab does
    assert.equal(loaded.format, "memory-profiler");
    const actions = await run("vscode.executeCodeActionProvider", file, new vscode.Range(line, 0, line, 0));
    const back = actions.find(({ title }) => title === "Show in big.txt");
    assert.ok(back, actions.map(({ title }) => title).join());
    const answer = await run(back.command.command, ...back.command.arguments);
    assert.ok(answer.range.start.line > 600_000);
    const { tabGroups } = vscode.window;
    await after(tabGroups.onDidChangeTabs, () => tabGroups.activeTabGroup.activeTab?.input?.uri?.fsPath === big.fsPath);
  });
});
