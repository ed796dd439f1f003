// The commands that load, unload and reload reports.
import * as path from "node:path";
import * as vscode from "vscode";
import type { Report, Reports } from "./reports";

/** Registers them. */
export function registerReportCommands(reports: Reports): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand("heapline.loadReport", (file?: vscode.Uri, files?: unknown) =>
      load(reports, Array.isArray(files) ? files : file && [file]), // a tab's menu says in which group of editors it is
    ),
    vscode.commands.registerCommand("heapline.unloadReport", (file?: vscode.Uri) => unload(reports, file)),
    vscode.commands.registerCommand("heapline.unloadAllReports", () => reports.unload()),
    vscode.commands.registerCommand("heapline.reloadReports", () => reports.reload()),
  );
}

/** Loads the explorer's selection or a tab's file, or the files that the user picks in a dialog. */
async function load(reports: Reports, files: vscode.Uri[] | undefined): Promise<(Report | undefined)[]> {
  const picked = files ?? (await vscode.window.showOpenDialog({
    canSelectMany: true,
    openLabel: "Load",
    title: "Load report",
  }));
  return reports.load(picked ?? []);
}

/** Unloads the given report, or the one that the user picks of those that are loaded. */
async function unload(reports: Reports, file: vscode.Uri | undefined): Promise<void> {
  if (file !== undefined) return reports.unload([file]);
  const loaded = (await reports.status()).reports.map((report) => ({
    label: path.basename(report.path),
    description: path.dirname(report.path),
    uri: vscode.Uri.file(report.path),
  }));
  if (loaded.length === 0) {
    void vscode.window.showInformationMessage("No report is loaded.");
    return;
  }
  const picked = await vscode.window.showQuickPick(loaded, { title: "Unload report", canPickMany: true });
  if (picked !== undefined && picked.length > 0) await reports.unload(picked.map(({ uri }) => uri));
}
