// A tree whose lists come from the server page by page: nothing is fetched that nobody opens.
import * as vscode from "vscode";

const PAGE = 100;

/** A page of a longer list. */
export interface Page {
  total: number;
  nodes: Node[];
}

/** One row. `below` fetches what it holds, from `offset` on; rows without it cannot be opened. */
export interface Node {
  item: vscode.TreeItem;
  below?: (offset: number, limit: number) => Promise<Page | undefined>;
}

interface Opened {
  nodes: Node[];
  total: number;
}

/** The rows that were fetched so far, and at the end of each list that goes on a row that fetches more. */
export abstract class PagedTree implements vscode.TreeDataProvider<Node> {
  private readonly changed = new vscode.EventEmitter<Node | undefined>();
  private opened = new Map<Node | undefined, Opened>();

  readonly onDidChangeTreeData = this.changed.event;

  /** The first rows. */
  protected abstract top(offset: number, limit: number): Promise<Page | undefined>;

  /** Forgets what was fetched; what is visible is fetched anew. */
  refresh(): void {
    this.opened = new Map();
    this.changed.fire(undefined);
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return node.item;
  }

  async getChildren(parent?: Node): Promise<Node[]> {
    const { opened } = this;
    let list = opened.get(parent);
    if (list === undefined) {
      const page = await this.fetch(parent, 0);
      list = { nodes: page?.nodes ?? [], total: page?.total ?? 0 };
      opened.set(parent, list);
    }
    const rest = list.total - list.nodes.length;
    return rest > 0 ? [...list.nodes, this.more(parent, rest)] : list.nodes;
  }

  private async fetch(parent: Node | undefined, offset: number): Promise<Page | undefined> {
    return parent === undefined ? this.top(offset, PAGE) : parent.below?.(offset, PAGE);
  }

  private more(parent: Node | undefined, rest: number): Node {
    const item = new vscode.TreeItem(`${rest.toLocaleString("en")} more…`);
    item.command = { title: "Show more", command: "heapline.showMore", arguments: [() => this.fetchMore(parent)] };
    item.contextValue = "more";
    return { item };
  }

  private async fetchMore(parent: Node | undefined): Promise<void> {
    const list = this.opened.get(parent);
    if (list === undefined) return;
    const page = await this.fetch(parent, list.nodes.length);
    list.nodes = [...list.nodes, ...(page?.nodes ?? [])];
    list.total = page?.nodes.length ? page.total : list.nodes.length;
    this.changed.fire(parent);
  }
}

/** The row that a `more…` row stands for is fetched by its own argument: rows are made anew, commands are not. */
export function registerShowMore(): vscode.Disposable {
  return vscode.commands.registerCommand("heapline.showMore", (fetchMore: () => Promise<void>) => fetchMore());
}
