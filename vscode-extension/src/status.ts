// The item in the status bar: which report, how old; a click opens a menu of all that can be done.
import * as path from "node:path";
import * as vscode from "vscode";
import type { Report } from "./reports";
import type { State } from "./state";
import { isEnabled } from "./switches";

const MINUTE = 60_000; // ms
const UNITS: [string, number][] = [["day", 24 * 60 * MINUTE], ["hour", 60 * MINUTE], ["minute", MINUTE]];

/** Shows the item for as long as it lives, and registers the menu. */
export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("heapline", vscode.StatusBarAlignment.Right, 90);
  private readonly subscriptions: vscode.Disposable[];
  private readonly clock: NodeJS.Timeout;

  constructor(private readonly state: State) {
    this.item.name = "Heapline";
    this.item.command = "heapline.menu";
    this.subscriptions = [
      this.item,
      state.onDidChange(() => this.draw()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("heapline.enabled")) this.draw();
      }),
      vscode.commands.registerCommand("heapline.menu", () => menu(state)),
    ];
    this.clock = setInterval(() => this.draw(), MINUTE); // reports grow old
    this.draw();
    this.item.show();
  }

  dispose(): void {
    clearInterval(this.clock);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private draw(): void {
    const { text, tooltip } = describe(this.state);
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.accessibilityInformation = { label: `Heapline: ${tooltip}`, role: "button" };
  }
}

/** How long ago the report was written: `5 minutes old`. */
export function age({ modified }: Report): string {
  const passed = Date.now() - Date.parse(modified);
  for (const [name, length] of UNITS) {
    const count = Math.floor(passed / length);
    if (count >= 1) return `${count} ${name}${count === 1 ? "" : "s"} old`;
  }
  return "new";
}

/** That numbers may stand on wrong lines, in a sentence; empty if nothing speaks for it. */
export function doubt({ newerFiles }: Report): string {
  if (newerFiles === 0) return "";
  return `${newerFiles.toLocaleString("en")} ${newerFiles === 1 ? "file is" : "files are"} newer than the report`;
}

function describe(state: State): { text: string; tooltip: string } {
  const { chosen, status } = state;
  if (!isEnabled()) return { text: "$(circle-slash) Heapline is off", tooltip: "Nothing is shown" };
  if (status.loading.length > 0) {
    const names = status.loading.map((file) => path.basename(file)).join(", ");
    return { text: `$(loading~spin) ${names}`, tooltip: `Loading ${names}` };
  }
  if (chosen === undefined) return { text: "$(flame) Heapline", tooltip: "No report is loaded" };
  const name = path.basename(chosen.path);
  const others = status.reports.length - 1;
  const more = others > 0 ? ` and ${others} more` : "";
  const stale = doubt(chosen);
  return {
    text: `$(${stale ? "warning" : "flame"}) ${name}, ${age(chosen)}`,
    tooltip: `${name}, ${age(chosen)}${more}${stale && `. ${stale}.`}`,
  };
}

type Choice = vscode.QuickPickItem & { command?: string };

async function menu({ status }: State): Promise<void> {
  const on = isEnabled();
  const settings = vscode.workspace.getConfiguration("heapline");
  const turn = (name: string): string => (settings.get<boolean>(name) ? "Turn off" : "Turn on");
  const separator = (label: string): Choice => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const reports: Choice[] = status.reports.map((report) => ({
    label: `$(database) ${path.basename(report.path)}`,
    description: age(report),
    command: "heapline.reports.focus",
  }));
  const choices: Choice[] = [
    { label: on ? "$(circle-slash) Turn everything off" : "$(flame) Turn Heapline on", command: "heapline.toggle" },
    separator("reports"),
    ...reports,
    ...(reports.length > 0 ? [{ label: "$(graph) Show overview", command: "heapline.showOverview" }] : []),
    { label: "$(add) Load report…", command: "heapline.loadReport" },
    separator("what is shown"),
    { label: "$(symbol-number) Choose the number…", command: "heapline.chooseMetric" },
    { label: `$(paintcan) ${turn("heat.enabled")} heat`, command: "heapline.toggleHeat" },
    { label: `$(list-unordered) ${turn("codeLens.enabled")} code lenses`, command: "heapline.toggleCodeLenses" },
    { label: `$(edit) ${turn("inlayHint.enabled")} inlay hints`, command: "heapline.toggleInlayHints" },
    { label: "$(eye-closed) Hide in this file", command: "heapline.hideInFile" },
    { label: "$(eye) Show in this file again", command: "heapline.showInFile" },
    separator("more"),
    { label: "$(settings-gear) Settings", command: "heapline.openSettings" },
    { label: "$(output) Show log", command: "heapline.showLog" },
  ];
  const picked = await vscode.window.showQuickPick(choices, { title: "Heapline" });
  if (picked?.command !== undefined) await vscode.commands.executeCommand(picked.command);
}
