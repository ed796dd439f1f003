// The view Dominators: what would be free if something went away, the largest first, and what that holds in turn.
import * as path from "node:path";
import * as vscode from "vscode";
import type { State } from "../state";
import { type Branches, rowOf } from "./answers";
import { type Page, PagedTree } from "./pagedTree";

const ROOTS = 0;
const { Collapsed, None } = vscode.TreeItemCollapsibleState;

/** Shows the view. */
export function showDominators(state: State): vscode.Disposable {
  const tree = new DominatorsTree(state);
  const view = vscode.window.createTreeView("heapline.dominators", { treeDataProvider: tree, showCollapseAll: true });
  const follow = (): void => {
    tree.refresh();
    view.description = state.chosen && path.basename(state.chosen.path);
    view.message = state.chosen && !state.chosen.graph ? "This report does not say what holds what." : undefined;
  };
  follow();
  return vscode.Disposable.from(view, state.onDidChange(follow));
}

class DominatorsTree extends PagedTree {
  constructor(private readonly state: State) {
    super();
  }

  protected top(offset: number, limit: number): Promise<Page | undefined> {
    return this.branches(this.state.chosen?.path, ROOTS, offset, limit);
  }

  private async branches(
    report: string | undefined,
    parent: number,
    offset: number,
    limit: number,
  ): Promise<Page | undefined> {
    const found = report && (await this.state.ask<Branches>("heapline.tree", report, parent, offset, limit));
    if (!found) return undefined;
    const nodes = found.branches.map((branch) => {
      const many = branch.objects > 1 ? `${branch.objects.toLocaleString("en")} × ` : "";
      const holds = branch.retained > branch.bytes;
      const item = rowOf(`${many}${branch.name}`, branch, holds ? Collapsed : None);
      return { item, below: (from: number, limit: number) => this.branches(report, branch.id, from, limit) };
    });
    return { total: found.total, nodes };
  }
}
