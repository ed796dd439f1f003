// The view Suspects: what keeps growing in the process that a dump is of, why that is said, what it holds, and who holds it.
import * as path from "node:path";
import * as vscode from "vscode";
import type { Reports } from "../reports";
import type { State } from "../state";
import { type Suspect, type Suspects, doubt, jump, rowOf } from "./answers";
import { type Node, type Page, PagedTree } from "./pagedTree";

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

/** Shows the view, and registers the command that completes the series of dumps. */
export function showSuspects(state: State, reports: Reports): vscode.Disposable {
  const tree = new SuspectsTree(state);
  const view = vscode.window.createTreeView("heapline.suspects", { treeDataProvider: tree, showCollapseAll: true });
  tree.onDidFind((found) => {
    view.description = found?.dumps.map((dump) => path.basename(dump)).join(", ");
    view.message = found?.message ?? undefined;
  });
  return vscode.Disposable.from(
    view,
    state.onDidChange(() => tree.refresh()),
    vscode.commands.registerCommand("heapline.loadDumpsBeside", (files: string[]) =>
      reports.load(files.map((file) => vscode.Uri.file(file))),
    ),
  );
}

class SuspectsTree extends PagedTree {
  private readonly found = new vscode.EventEmitter<Suspects | undefined>();

  /** What was found, and in which dumps; nothing where no report is loaded. */
  readonly onDidFind = this.found.event;

  constructor(private readonly state: State) {
    super();
  }

  protected async top(offset: number, limit: number): Promise<Page | undefined> {
    const report = this.state.chosen?.path;
    const found = report && (await this.state.ask<Suspects>("heapline.suspects", report, offset, limit));
    this.found.fire(found || undefined);
    if (!found) return undefined;
    const nodes = found.suspects.map((suspect, i) => suspectNode(suspect, offset + i === 0 ? Expanded : Collapsed));
    const last = offset + nodes.length === found.total;
    const more = last && found.beside.length > 0 ? [besideNode(found.beside)] : [];
    return { total: found.total + more.length, nodes: [...nodes, ...more] };
  }
}

function suspectNode(suspect: Suspect, open: vscode.TreeItemCollapsibleState): Node {
  const item = rowOf(suspect.name, { ...suspect, title: `score ${suspect.score}` }, open);
  item.tooltip = [suspect.name, suspect.title, `Score ${suspect.score} of 100`, doubt(suspect.place)].filter(Boolean).join("\n");
  item.iconPath = new vscode.ThemeIcon("graph-line");
  item.command = jump(suspect.place);
  if (suspect.site !== null) {
    item.contextValue = "heldLine";
    const { report, site, name, title } = suspect;
    Object.assign(item, { site: { report, site, name, title } });
  }
  const nodes = [
    ...suspect.evidence.map(({ text, points }) => plainNode(text, `+${points}`, "check")),
    groupNode(suspect.title, "arrow-down", suspect.held.map(({ name, title }) => plainNode(name, title, "symbol-class"))),
    groupNode("held by", "arrow-up", suspect.holders.map((holder) => ({ item: rowOf(holder.name, holder, None) }))),
  ];
  return { item, below: () => Promise.resolve({ total: nodes.length, nodes }) };
}

function groupNode(label: string, icon: string, nodes: Node[]): Node {
  const { item } = plainNode(label, "", icon);
  item.collapsibleState = nodes.length > 0 ? Collapsed : None;
  return { item, below: () => Promise.resolve({ total: nodes.length, nodes }) };
}

function plainNode(label: string, description: string, icon: string): Node {
  const item = new vscode.TreeItem(label);
  item.description = description;
  item.tooltip = [label, description].filter(Boolean).join(" · ");
  item.accessibilityInformation = { label: [label, description].filter(Boolean).join(", ") };
  item.iconPath = new vscode.ThemeIcon(icon);
  return { item };
}

/** Dumps of the same process that are not loaded: together they tell more. */
function besideNode(files: string[]): Node {
  const many = files.length === 1 ? "one more dump" : `${files.length} more dumps`;
  const node = plainNode(`Load ${many} of this process`, files.map((file) => path.basename(file)).join(", "), "add");
  node.item.command = { title: "Load", command: "heapline.loadDumpsBeside", arguments: [files] };
  return node;
}
