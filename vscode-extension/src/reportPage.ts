// A report opened in an editor: a page that says what the file is, and has a button to load it. Nothing of it is read here.
import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Report } from "./reports";
import type { State } from "./state";
import { bytes } from "./units";

const VIEW = "heapline.report";
/** All that links on the page can do; the page has no scripts. */
const COMMANDS = ["heapline.loadReport", "heapline.unloadReport"];

/** Registers the editor; VS Code offers it for dumps, which are too large for its own (more than 50 MB). */
export function registerReportPage(state: State): vscode.Disposable {
  return vscode.window.registerCustomEditorProvider(VIEW, new ReportPages(state), {
    supportsMultipleEditorsPerDocument: true,
  });
}

class ReportPages implements vscode.CustomReadonlyEditorProvider {
  constructor(private readonly state: State) {}

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  async resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): Promise<void> {
    panel.webview.options = { enableScripts: false, enableCommandUris: COMMANDS, localResourceRoots: [] };
    const show = async (): Promise<void> => {
      const report = this.state.status.reports.find(({ path }) => path === uri.fsPath);
      panel.webview.html = await page(uri, report);
    };
    const listener = this.state.onDidChange(() => void show());
    panel.onDidDispose(() => listener.dispose());
    await show();
  }
}

async function page(uri: vscode.Uri, report: Report | undefined): Promise<string> {
  const nonce = randomBytes(16).toString("base64");
  const file = await stat(uri.fsPath).catch(() => undefined);
  const rows: [string, string][] = [["Folder", path.dirname(uri.fsPath)]];
  if (file !== undefined) rows.push(["Size", bytes(file.size)], ["Written", file.mtime.toLocaleString()]);
  if (report !== undefined) rows.push(...summary(report));
  const [command, label] = report === undefined ? ["heapline.loadReport", "Load"] : ["heapline.unloadReport", "Unload"];
  const link = `command:${command}?${encodeURIComponent(JSON.stringify([uri]))}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'">
<title>${escaped(path.basename(uri.fsPath))}</title>
<style nonce="${nonce}">
body { padding: 1em 2em; }
th { font-weight: normal; padding-right: 2em; text-align: left; color: var(--vscode-descriptionForeground); }
a.button { display: inline-block; margin-top: 1.5em; padding: 0.4em 1.2em; text-decoration: none;
  color: var(--vscode-button-foreground); background: var(--vscode-button-background); }
a.button:hover { background: var(--vscode-button-hoverBackground); }
</style>
</head>
<body>
<h1>${escaped(path.basename(uri.fsPath))}</h1>
<table>${rows.map(([name, value]) => `<tr><th>${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join("")}</table>
<p>${report === undefined ? "Load it to see its numbers on the lines of your code." : "Its numbers stand on the lines of your code."}</p>
<a class="button" role="button" href="${escaped(link)}">${label}</a>
</body>
</html>`;
}

/** What a loaded report knows; a number that it cannot know is left out. */
function summary(report: Report): [string, string][] {
  const rows: [string, string][] = [["Format", report.format.replaceAll("-", " ")]];
  if (report.objects !== null) rows.push(["Objects", report.objects.toLocaleString("en")]);
  if (report.bytes !== null) rows.push(["Memory", bytes(report.bytes)]);
  rows.push(["Lines that allocated", report.sites.toLocaleString("en")]);
  rows.push(["of them in this workspace", report.placedSites.toLocaleString("en")]);
  if (report.skippedLines > 0) rows.push(["Lines that could not be read", report.skippedLines.toLocaleString("en")]);
  return rows;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
