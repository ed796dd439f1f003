// What a bug report needs, in an editor of its own, so that the user sees all of it before it goes anywhere.
import { readFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Reports } from "./reports";
import type { Server } from "./server";

const LOG_LINES = 200;

interface Group {
  properties: Record<string, unknown>;
}

/** Opens a new Markdown document: versions, what is loaded, the settings that were changed, the end of the log. */
export async function collectBugReport(
  context: vscode.ExtensionContext,
  server: Server,
  reports: Reports,
): Promise<void> {
  const { version } = context.extension.packageJSON as { version: string };
  const loaded = (await reports.status()).reports;
  const content = `# Heapline: bug report

What did you do, what did you expect, and what happened instead?



Below is what helps to find out why. Names of files and lines of the log may say more than you want to publish: remove it.

| what | which |
|---|---|
| extension | ${version} |
| server | ${server.description} |
| VS Code | ${vscode.version}, ${vscode.env.appName}${vscode.env.remoteName ? `, remote (${vscode.env.remoteName})` : ""} |
| system | ${os.type()} ${os.release()}, ${os.arch()} |
| workspace | ${vscode.workspace.workspaceFolders?.length ?? 0} folders, ${vscode.workspace.isTrusted ? "trusted" : "restricted"} |

## Reports

${fenced("json", JSON.stringify(loaded.map(withoutFolder), null, 2))}

## Settings that differ from the default

${fenced("json", JSON.stringify(changedSettings(context), null, 2))}

## Log

${fenced("", await endOfLog(context))}
`;
  const document = await vscode.workspace.openTextDocument({ language: "markdown", content });
  await vscode.window.showTextDocument(document);
}

function withoutFolder<T extends { path: string }>(report: T): T {
  return { ...report, path: path.basename(report.path) };
}

/** The package's settings that have another value than their default, by name. */
function changedSettings(context: vscode.ExtensionContext): Record<string, unknown> {
  const { contributes } = context.extension.packageJSON as {
    contributes: { configuration: Group | Group[] };
  };
  const names = [contributes.configuration].flat().flatMap((group) => Object.keys(group.properties));
  const configuration = vscode.workspace.getConfiguration();
  const values = names.map((name): [string, unknown, unknown] => [
    name,
    configuration.get(name),
    configuration.inspect(name)?.defaultValue,
  ]);
  const changed = values.filter(([, value, usual]) => JSON.stringify(value) !== JSON.stringify(usual));
  return Object.fromEntries(changed.map(([name, value]) => [name, value]));
}

async function endOfLog(context: vscode.ExtensionContext): Promise<string> {
  const file = path.join(context.logUri.fsPath, "Heapline.log");
  try {
    return (await readFile(file, "utf8")).trimEnd().split("\n").slice(-LOG_LINES).join("\n");
  } catch (error) {
    return `(${String(error)})`;
  }
}

/** A code block that its text cannot end. */
function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
