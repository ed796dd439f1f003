// The view Holders: who holds the objects of one line, step by step up to the roots.
import * as vscode from "vscode";
import type { Server } from "../server";
import type { State } from "../state";
import { type Holders, type Site, rowOf } from "./answers";
import { type Node, type Page, PagedTree } from "./pagedTree";

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

/** The view, and the commands that choose the line that it is about. */
export class HoldersView implements vscode.Disposable {
  private readonly tree: HoldersTree;
  private readonly view: vscode.TreeView<Node>;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly server: Server,
    private readonly state: State,
  ) {
    this.tree = new HoldersTree(state);
    this.view = vscode.window.createTreeView("heapline.holders", { treeDataProvider: this.tree });
    this.tree.onDidFind((message) => (this.view.message = message));
    this.subscriptions = [
      this.view,
      state.onDidChange(() => this.tree.follow()),
      vscode.commands.registerCommand("heapline.showHoldersOfRow", (row: Node) => this.open(siteOf(row))),
      vscode.commands.registerCommand("heapline.showHoldersOf", (uri: string, line: number) => this.openLine(uri, line)),
      vscode.commands.registerCommand("heapline.showHoldersHere", () => this.here((uri, line) => this.openLine(uri, line))),
      vscode.commands.registerCommand("heapline.showHoldersPage", () =>
        this.here((uri, line) => this.server.execute("heapline.showHolders", uri, line)),
      ),
    ];
  }

  /** Shows who holds the objects of a line (1-based) of a file. */
  async openLine(uri: string, line: number): Promise<void> {
    const site = await this.state.ask<Site>("heapline.siteAt", uri, line);
    if (site === undefined) {
      void vscode.window.showInformationMessage(`No loaded heap dump knows what holds the objects of line ${line}.`);
      return;
    }
    await this.open(site, { uri, line });
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async here(show: (uri: string, line: number) => Promise<unknown>): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor) await show(editor.document.uri.toString(), editor.selection.active.line + 1);
  }

  private async open(site: Site | undefined, at?: { uri: string; line: number }): Promise<void> {
    if (site === undefined) return;
    this.tree.show(site, at);
    await vscode.commands.executeCommand("heapline.holders.focus", { preserveFocus: true });
  }
}

class HoldersTree extends PagedTree {
  private readonly found = new vscode.EventEmitter<string | undefined>();
  private site: Site | undefined;
  private modified: string | undefined;
  private at: { uri: string; line: number } | undefined;

  /** What is to be said of the line beside its holders. */
  readonly onDidFind = this.found.event;

  constructor(private readonly state: State) {
    super();
  }

  show(site: Site | undefined, at?: { uri: string; line: number }): void {
    this.site = site;
    this.at = at;
    this.modified = this.report()?.modified;
    this.refresh();
  }

  /** The report may have been loaded anew, which numbers its sites otherwise, or be gone. */
  async follow(): Promise<void> {
    if (this.site === undefined || this.report()?.modified === this.modified) return;
    const { at } = this;
    this.show(at && (await this.state.ask<Site>("heapline.siteAt", at.uri, at.line)), at);
  }

  protected async top(): Promise<Page | undefined> {
    const { site } = this;
    this.found.fire(undefined);
    if (site === undefined) return undefined;
    const item = new vscode.TreeItem(site.name, Expanded);
    item.description = site.title;
    item.tooltip = `${site.name}\n${site.title}`;
    item.accessibilityInformation = { label: `${site.name}, ${site.title}` };
    item.iconPath = new vscode.ThemeIcon("target");
    return { total: 1, nodes: [{ item, below: (offset, limit) => this.above(site, [], offset, limit) }] };
  }

  private async above(site: Site, trail: number[], offset: number, limit: number): Promise<Page | undefined> {
    const found = await this.state.ask<Holders>("heapline.holders", site.report, site.site, trail, offset, limit);
    if (found === undefined) return undefined;
    if (found.unreachable > 0) {
      const many = `${found.unreachable.toLocaleString("en")} of ${found.objects.toLocaleString("en")} objects`;
      this.found.fire(`${many} are unreachable from the recorded roots.`);
    }
    const open = found.total === 1 ? Expanded : Collapsed;
    const nodes = found.holders.map((holder): Node => {
      const item = rowOf(holder.name, holder, holder.held ? open : None);
      item.iconPath = new vscode.ThemeIcon(holder.held ? "arrow-up" : "circle-filled");
      const further = [...trail, holder.label];
      return { item, ...(holder.held && { below: (from, many) => this.above(site, further, from, many) }) };
    });
    return { total: found.total, nodes };
  }

  private report(): { modified: string } | undefined {
    return this.state.status.reports.find(({ path }) => path === this.site?.report);
  }
}

function siteOf({ item }: Node): Site | undefined {
  return "site" in item ? (item.site as Site) : undefined;
}
