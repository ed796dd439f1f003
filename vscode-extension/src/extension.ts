import * as vscode from "vscode";
import { Server } from "./server";

let server: Server | undefined;

/** Starts the language server and registers the commands; resolves once the server answers or has failed to start. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("Heapline", { log: true });
  const running = new Server(log, context.extensionPath);
  server = running;
  context.subscriptions.push(
    log,
    running,
    vscode.commands.registerCommand("heapline.loadReport", (uri?: vscode.Uri, uris?: vscode.Uri[]) =>
      loadReports(running, uris ?? (uri && [uri])),
    ),
    vscode.commands.registerCommand("heapline.unloadAllReports", () => tellFailure(running.execute("heapline.unload"))),
    vscode.commands.registerCommand("heapline.restartServer", () => running.restart()),
    vscode.commands.registerCommand("heapline.showLog", () => log.show()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("heapline.server")) void running.restart();
    }),
  );
  await running.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/**
 * Loads the given files (the explorer's selection), or those that the user picks in a dialog.
 *
 * Gives the server's answer for each: what was loaded, or nothing where that failed (the user has been told).
 */
async function loadReports(running: Server, uris: vscode.Uri[] | undefined): Promise<unknown[]> {
  const picked =
    uris ?? (await vscode.window.showOpenDialog({ canSelectMany: true, openLabel: "Load", title: "Load report" }));
  return Promise.all((picked ?? []).map((uri) => tellFailure(running.execute("heapline.load", uri.fsPath))));
}

/** Shows why the server refused a command; gives its answer otherwise. */
async function tellFailure(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
