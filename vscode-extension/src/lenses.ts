// What a click on a lens does here: a view instead of a page, and the hover where nobody knows who holds what.
import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient/node";

/** The server's command, which opens a page in clients without views. */
const SHOW_HOLDERS = "heapline.showHolders";

/** Changes lenses and their command on the way between server and editor. */
export const lensMiddleware: Middleware = {
  executeCommand: (command, args, next) =>
    command === SHOW_HOLDERS ? vscode.commands.executeCommand("heapline.showHoldersOf", ...args) : next(command, args),
  provideCodeLenses: async (document, token, next) => {
    const lenses = (await next(document, token)) ?? [];
    for (const lens of lenses) {
      if (lens.command?.command !== "") continue;
      lens.command = { title: lens.command.title, command: "heapline.showDetails", arguments: [lens.range.start] };
    }
    return lenses;
  },
};

/** Registers the command that shows all that is known of a line of the active editor. */
export function registerDetails(): vscode.Disposable {
  return vscode.commands.registerCommand("heapline.showDetails", async (start: vscode.Position) => {
    const editor = vscode.window.activeTextEditor;
    if (!editor) return;
    const { firstNonWhitespaceCharacterIndex: column } = editor.document.lineAt(start.line);
    const place = start.with({ character: column });
    editor.selection = new vscode.Selection(place, place);
    await vscode.commands.executeCommand("editor.action.showHover");
  });
}
