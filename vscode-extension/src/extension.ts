import * as path from "node:path";
import * as vscode from "vscode";
import { collectBugReport } from "./bugReport";
import { registerReportCommands } from "./commands";
import { Environment } from "./environment";
import { Reports } from "./reports";
import { openSample } from "./sample";
import { Server } from "./server";
import { showWindow } from "./window";

let server: Server | undefined;

/** Wires everything up, and starts the server if it is installed and has something to do; waits for neither. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("Heapline", { log: true });
  const wheels = path.join(context.extensionPath, "wheels");
  const environment = new Environment(wheels, path.join(context.globalStorageUri.fsPath, "servers"), log);
  const running = new Server(log, context.extensionPath, environment);
  const reports = new Reports(running, context.workspaceState);
  server = running;
  context.subscriptions.push(
    log,
    running,
    reports,
    registerReportCommands(reports),
    showWindow(running, reports, context.workspaceState, context.extensionUri),
    vscode.commands.registerCommand("heapline.openSample", () => openSample(context)),
    vscode.commands.registerCommand("heapline.collectBugReport", () => collectBugReport(context, running, reports)),
    vscode.commands.registerCommand("heapline.restartServer", () => running.restart()),
    vscode.commands.registerCommand("heapline.showLog", () => log.show()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      if (running.isRunning) void running.execute("heapline.trust");
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("heapline.server")) void running.restart();
    }),
  );
  void start(running, reports);
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** Nothing is installed for a user who only opens Ruby files: that waits for a report, or for settings that name some. */
async function start(running: Server, reports: Reports): Promise<void> {
  if (reports.remembered.length > 0 || (await settingsNameReports())) await running.start();
  else await running.startIfInstalled();
}

async function settingsNameReports(): Promise<boolean> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const named = [undefined, ...folders].some(
    (scope) => vscode.workspace.getConfiguration("heapline", scope).get<unknown[]>("reports", []).length > 0,
  );
  if (named) return true;
  const files = await Promise.all(
    folders.map(({ uri }) => vscode.workspace.fs.stat(vscode.Uri.joinPath(uri, ".heapline.toml")).then(
      () => true,
      () => false,
    )),
  );
  return files.includes(true);
}
