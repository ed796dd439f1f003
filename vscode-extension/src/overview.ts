// The overview of a report: pictures in a panel, and the way from them to the lines of code.
import { randomBytes } from "node:crypto";
import * as path from "node:path";
import * as vscode from "vscode";
import type { Report } from "./reports";
import type { State } from "./state";
import { type Place, jump } from "./views/answers";

/** Registers the command, which shows a report's row, or else the report that the views are about. */
export function registerOverview(state: State, extension: vscode.Uri): vscode.Disposable {
  const page = vscode.Uri.joinPath(extension, "dist", "page");
  let panel: OverviewPanel | undefined;
  const show = (report: Report | undefined): void => {
    if (report === undefined) {
      void vscode.window.showInformationMessage("No report is loaded.");
      return;
    }
    panel ??= new OverviewPanel(state, page, () => {
      panel = undefined;
    });
    panel.show(report.path);
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand("heapline.showOverview", (report?: Report) => show(report ?? state.chosen)),
    { dispose: () => panel?.dispose() },
  );
}

/** One panel. Of what its page says only that it is ready, and the numbers of lines that the server knows, are heard. */
class OverviewPanel implements vscode.Disposable {
  private readonly panel: vscode.WebviewPanel;
  private report: string | undefined;
  private ready = false;
  private drawn = "";

  constructor(
    private readonly state: State,
    page: vscode.Uri,
    closed: () => void,
  ) {
    this.panel = vscode.window.createWebviewPanel("heapline.overview", "Overview", vscode.ViewColumn.Active, {
      enableScripts: true,
      enableFindWidget: true,
      localResourceRoots: [page],
    });
    const { webview } = this.panel;
    webview.onDidReceiveMessage((message: unknown) => this.hear(message));
    const listener = state.onDidChange(() => this.refresh());
    this.panel.onDidDispose(() => {
      listener.dispose();
      closed();
    });
    webview.html = html(webview, page);
  }

  /** Shows a report: its page, once that is ready, or anew. */
  show(report: string): void {
    this.report = report;
    this.panel.title = `${path.basename(report)}: overview`;
    this.panel.reveal();
    this.refresh();
  }

  dispose(): void {
    this.panel.dispose();
  }

  /** Draws anew if other reports are loaded than before, or more is known of them. */
  private refresh(): void {
    const { reports } = this.state.status;
    const loaded = JSON.stringify([this.report, reports]);
    if (!this.ready || loaded === this.drawn || !reports.some(({ path }) => path === this.report)) return;
    this.drawn = loaded;
    void this.draw();
  }

  private async draw(): Promise<void> {
    const { report } = this;
    const overview = await this.state.ask("heapline.overview", report);
    if (overview !== undefined && report === this.report) await this.panel.webview.postMessage({ overview });
  }

  private hear(message: unknown): void {
    if (typeof message !== "object" || message === null) return;
    if ("ready" in message) {
      this.ready = true;
      this.drawn = ""; // it is a new page each time that it is shown
      this.refresh();
    } else if ("jump" in message && Number.isSafeInteger(message.jump)) void this.jump(message.jump as number);
  }

  private async jump(site: number): Promise<void> {
    const place = await this.state.ask<Place>("heapline.placeOf", this.report, site);
    const go = place && jump(place, vscode.ViewColumn.Beside);
    if (go !== undefined) await vscode.commands.executeCommand(go.command, ...(go.arguments ?? []));
  }
}

function html(webview: vscode.Webview, page: vscode.Uri): string {
  const nonce = randomBytes(16).toString("base64");
  const at = (name: string): vscode.Uri => webview.asWebviewUri(vscode.Uri.joinPath(page, name));
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'">
<title>Overview</title>
<link rel="stylesheet" nonce="${nonce}" href="${at("overview.css")}">
</head>
<body>
<main><p class="about" role="status">Reading the report…</p></main>
<script nonce="${nonce}" src="${at("overview.js")}"></script>
</body>
</html>`;
}
