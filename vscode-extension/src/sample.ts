// A small program that leaks, with a heap dump of it, for those who have none at hand.
import * as vscode from "vscode";

/**
 * Opens a copy of the sample that the extension carries, in a window of its own; its settings load the dump.
 *
 * Gives the copy's address. It is made anew each time, and lies in the extension's own storage.
 */
export async function openSample(context: vscode.ExtensionContext): Promise<vscode.Uri> {
  const copy = vscode.Uri.joinPath(context.globalStorageUri, "sample", "translate");
  await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, "sample"), copy, { overwrite: true });
  await vscode.commands.executeCommand("vscode.openFolder", copy, { forceNewWindow: true });
  return copy;
}
