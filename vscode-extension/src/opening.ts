// Opening what the server asks to show.
import * as vscode from "vscode";
import { ResponseError, type ShowDocumentRequest } from "vscode-languageclient/node";

/** As the client itself does; but VS Code opens texts above 50 MB, which it gives to no extension, only by its own command. */
export const showDocument: ShowDocumentRequest.MiddlewareSignature = async (params, token, next) => {
  const shown = await next(params, token);
  if (shown instanceof ResponseError || shown.success) return shown;
  const at = params.selection;
  const selection = at && new vscode.Range(at.start.line, at.start.character, at.end.line, at.end.character);
  await vscode.commands.executeCommand("vscode.open", vscode.Uri.parse(params.uri), { selection });
  return { success: true };
};
