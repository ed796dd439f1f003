// The view Hot lines: the lines of one report, grouped, sorted and filtered as the user likes.
import * as path from "node:path";
import * as vscode from "vscode";
import type { State } from "../state";
import { METRICS } from "../switches";
import { type HotGroups, type HotLine, type HotLines, doubt, jump } from "./answers";
import { type Node, type Page, PagedTree } from "./pagedTree";

const KEY = "heapline.hotLines";
const GROUPINGS: Readonly<Record<string, string>> = {
  none: "No groups",
  file: "File",
  gem: "Gem, own code, Ruby",
  class: "Class",
};

/** How the user likes the list. */
interface Wish {
  by: string;
  metric: string;
  filter: string;
}

/** Shows the view, and registers the commands of its title. */
export function showHotLines(state: State, memory: vscode.Memento): vscode.Disposable {
  const tree = new HotLinesTree(state, memory);
  const view = vscode.window.createTreeView("heapline.hotLines", { treeDataProvider: tree, showCollapseAll: true });
  tree.onDidDescribe(({ description, message }) => {
    view.description = description;
    view.message = message;
  });
  const command = (name: string, run: () => Promise<void>): vscode.Disposable =>
    vscode.commands.registerCommand(`heapline.hotLines.${name}`, run);
  return vscode.Disposable.from(
    view,
    state.onDidChange(() => tree.refresh()),
    command("group", () => tree.chooseGrouping()),
    command("sort", () => tree.chooseMetric()),
    command("filter", () => tree.chooseFilter()),
    command("clearFilter", () => tree.wish({ filter: "" })),
    command("copy", () => tree.copy()),
  );
}

class HotLinesTree extends PagedTree {
  private readonly described = new vscode.EventEmitter<{ description: string; message: string | undefined }>();
  private wished: Wish;
  private known: Pick<HotLines, "metric" | "metrics" | "groupings"> | undefined;

  readonly onDidDescribe = this.described.event;

  constructor(
    private readonly state: State,
    private readonly memory: vscode.Memento,
  ) {
    super();
    this.wished = { by: "file", metric: "all", ...this.memory.get<Partial<Wish>>(KEY), filter: "" };
  }

  async wish(change: Partial<Wish>): Promise<void> {
    this.wished = { ...this.wished, ...change };
    await vscode.commands.executeCommand("setContext", "heapline.filtered", this.wished.filter !== "");
    this.refresh();
    await this.memory.update(KEY, this.wished);
  }

  async chooseGrouping(): Promise<void> {
    const by = await choose("Group lines by", this.known?.groupings ?? Object.keys(GROUPINGS), GROUPINGS, this.wished.by);
    if (by !== undefined) await this.wish({ by });
  }

  async chooseMetric(): Promise<void> {
    const metric = await choose("Sort lines by", this.known?.metrics ?? Object.keys(METRICS), METRICS, this.known?.metric);
    if (metric !== undefined) await this.wish({ metric });
  }

  async chooseFilter(): Promise<void> {
    const filter = await vscode.window.showInputBox({
      title: "Show the lines that contain",
      prompt: "Words of a path, a method, a gem, or a class if grouped by class. All of them must be there.",
      value: this.wished.filter,
    });
    if (filter !== undefined) await this.wish({ filter: filter.trim() });
  }

  /** Puts the first lines on the clipboard, as a Markdown table. */
  async copy(): Promise<void> {
    const { by, metric, filter } = this.wished;
    const { chosen } = this.state;
    const all = by === "class" ? "none" : by;
    const table =
      chosen && (await this.state.ask<string>("heapline.hotLinesTable", chosen.path, all, null, metric, filter));
    if (table === undefined) return;
    await vscode.env.clipboard.writeText(table);
    void vscode.window.setStatusBarMessage("The lines are on the clipboard, as a table", 5_000);
  }

  protected async top(offset: number, limit: number): Promise<Page | undefined> {
    const { by, metric, filter } = this.wished;
    const report = this.state.chosen?.path;
    if (report === undefined) {
      this.describe(undefined);
      return undefined;
    }
    if (by === "none") return this.lines(report, null, offset, limit);
    const found = await this.state.ask<HotGroups>("heapline.hotGroups", report, by, metric, filter, offset, limit);
    if (found === undefined) return undefined;
    if (!found.groupings.includes(by)) return this.lines(report, null, offset, limit);
    this.describe(found);
    return { total: found.total, nodes: found.groups.map((group) => this.group(report, by, group)) };
  }

  private async lines(report: string, group: string | null, offset: number, limit: number): Promise<Page | undefined> {
    const { by, metric, filter } = this.wished;
    const ask = ["heapline.hotLines", report, by, group, metric, filter, offset, limit] as const;
    const found = await this.state.ask<HotLines>(...ask);
    if (found === undefined) return undefined;
    this.describe(found);
    const held = found.metrics.includes("retainedSize");
    return { total: found.total, nodes: found.lines.map((line) => ({ item: lineItem(report, line, held) })) };
  }

  private group(report: string, by: string, { key, name, lines, title }: HotGroups["groups"][number]): Node {
    const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Collapsed);
    item.id = `${report}\n${by}\n${key}`;
    item.description = title;
    item.iconPath = new vscode.ThemeIcon({ file: "file", gem: "package" }[by] ?? "symbol-class");
    item.tooltip = `${name}\n${lines.toLocaleString("en")} ${lines === 1 ? "line" : "lines"}, ${title}`;
    item.accessibilityInformation = { label: `${name}, ${title}` };
    return { item, below: (offset, limit) => this.lines(report, key, offset, limit) };
  }

  private describe(found: Pick<HotLines, "total" | "metric" | "metrics" | "groupings"> | undefined): void {
    this.known = found;
    const { chosen } = this.state;
    const sorted = found === undefined ? undefined : METRICS[found.metric]?.toLowerCase();
    const description = chosen === undefined ? "" : [path.basename(chosen.path), sorted].filter(Boolean).join(" · ");
    const { filter } = this.wished;
    this.described.fire({ description, message: filter === "" ? undefined : `Only lines with “${filter}”` });
  }
}

function lineItem(report: string, line: HotLine, held: boolean): vscode.TreeItem {
  const item = new vscode.TreeItem(line.name);
  const sign = line.place?.stale ? "~ " : "";
  const numbers = sign + [line.title, line.share].filter(Boolean).join(" · ");
  item.description = numbers;
  const missing = line.gone ? "The line is gone" : `Not in this workspace (${line.origin})`;
  const where = line.place ? doubt(line.place) : missing;
  item.tooltip = [line.at, line.method, line.summary, where].filter(Boolean).join("\n");
  item.accessibilityInformation = { label: `${line.name}, ${numbers}` };
  item.command = jump(line.place);
  item.contextValue = held ? "heldLine" : "line";
  if (!line.place && !line.gone) item.iconPath = new vscode.ThemeIcon("library");
  return Object.assign(item, { site: { report, site: line.site, name: line.name, title: line.summary } });
}

async function choose(
  title: string,
  known: string[],
  words: Readonly<Record<string, string>>,
  now: string | undefined,
): Promise<string | undefined> {
  const items = known.map((value) => ({
    label: words[value] ?? value,
    description: value === now ? "now" : "",
    value,
  }));
  return (await vscode.window.showQuickPick(items, { title }))?.value;
}
