// The view Reports: what is loaded and loading. Files can be dropped on it.
import * as path from "node:path";
import * as vscode from "vscode";
import type { Report, Reports } from "../reports";
import type { State } from "../state";
import { age, doubt } from "../status";

/** Shows the view, and registers the commands of its rows. */
export function showReports(state: State, reports: Reports): vscode.Disposable {
  const tree = new ReportsTree(state);
  const view = vscode.window.createTreeView("heapline.reports", {
    treeDataProvider: tree,
    dragAndDropController: new Drop(reports),
  });
  // VS Code takes no drop where it shows a welcome text, so that stands in a view of its own ("Start").
  const invite = (): void => {
    const { reports, loading } = state.status;
    view.message = reports.length + loading.length === 0 ? "Drop a report here." : undefined;
  };
  invite();
  return vscode.Disposable.from(
    view,
    state.onDidChange(invite),
    vscode.commands.registerCommand("heapline.chooseReport", (report: Report) => state.choose(report.path)),
    vscode.commands.registerCommand("heapline.unloadThisReport", (report: Report) =>
      reports.unload([vscode.Uri.file(report.path)]),
    ),
  );
}

class ReportsTree implements vscode.TreeDataProvider<Report | string> {
  readonly onDidChangeTreeData: vscode.Event<undefined>;

  constructor(private readonly state: State) {
    this.onDidChangeTreeData = (listener) => state.onDidChange(() => listener(undefined));
  }

  getChildren(row?: Report | string): (Report | string)[] {
    const { reports, loading } = this.state.status;
    return row === undefined ? [...reports, ...loading] : [];
  }

  getTreeItem(row: Report | string): vscode.TreeItem {
    return typeof row === "string" ? loadingItem(row) : this.reportItem(row);
  }

  private reportItem(report: Report): vscode.TreeItem {
    const chosen = report.path === this.state.chosen?.path;
    const item = new vscode.TreeItem(path.basename(report.path));
    const objects = report.objects === null ? "" : `${report.objects.toLocaleString("en")} objects`;
    const placed = `${report.placedSites.toLocaleString("en")} of ${report.sites.toLocaleString("en")} lines in this workspace`;
    item.id = report.path;
    item.iconPath = new vscode.ThemeIcon(report.format === "heap-dump" ? "database" : "graph");
    item.description = [age(report), objects].filter(Boolean).join(" · ");
    item.tooltip = [report.path, age(report), objects, placed, doubt(report)].filter(Boolean).join("\n");
    item.accessibilityInformation = { label: `${path.basename(report.path)}, ${item.description}` };
    item.contextValue = "report";
    item.command = { title: "Show its lines", command: "heapline.chooseReport", arguments: [report] };
    if (chosen && this.state.status.reports.length > 1) item.description = `${item.description} · shown below`;
    return item;
  }
}

function loadingItem(file: string): vscode.TreeItem {
  const item = new vscode.TreeItem(path.basename(file));
  item.iconPath = new vscode.ThemeIcon("loading~spin");
  item.description = "loading…";
  item.tooltip = file;
  return item;
}

/** Loads the files that are dropped on the view. */
class Drop implements vscode.TreeDragAndDropController<Report | string> {
  readonly dropMimeTypes = ["text/uri-list"];
  readonly dragMimeTypes = [];

  constructor(private readonly reports: Reports) {}

  async handleDrop(_row: unknown, data: vscode.DataTransfer): Promise<void> {
    const text = (await data.get("text/uri-list")?.asString()) ?? "";
    const files = text.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
    await this.reports.load(files.map((file) => vscode.Uri.parse(file, true)));
  }
}
