// What is shown: everything or nothing, heat, lenses, hints, one file, and which number. Settings remember it.
import * as vscode from "vscode";
import type { Server } from "./server";

const HIDDEN = "heapline.hidden";

/** The metrics that the user can choose between (the setting `heapline.metric`), in words. */
export const METRICS: Readonly<Record<string, string>> = {
  all: "Everything that the report knows",
  retainedSize: "Retained size",
  liveBytes: "Live bytes",
  liveObjects: "Live objects",
  allocatedBytes: "Allocated bytes",
  allocatedObjects: "Allocated objects",
  survivedBytes: "Bytes that survived the block",
  survivedObjects: "Objects that survived the block",
  bootBytes: "Memory taken at boot",
  lostBytes: "Native memory that is lost",
  possiblyLostBytes: "Native memory that is possibly lost",
  calleesBytes: "Bytes with callees",
  calleesObjects: "Objects with callees",
  samples: "Samples of allocations",
};

/** Registers the commands that turn something on or off. */
export function registerSwitches(server: Server, memory: vscode.Memento): vscode.Disposable {
  const hidden = new HiddenFiles(server, memory);
  return vscode.Disposable.from(
    hidden,
    command("heapline.toggle", () => toggle("enabled")),
    command("heapline.toggleHeat", () => toggle("heat.enabled")),
    command("heapline.toggleCodeLenses", () => toggle("codeLens.enabled")),
    command("heapline.toggleInlayHints", () => toggle("inlayHint.enabled")),
    command("heapline.chooseMetric", chooseMetric),
    command("heapline.hideInFile", (file?: vscode.Uri) => hidden.set(file, true)),
    command("heapline.showInFile", (file?: vscode.Uri) => hidden.set(file, false)),
  );
}

/** Whether anything is shown at all. */
export function isEnabled(): boolean {
  return vscode.workspace.getConfiguration("heapline").get("enabled", true);
}

function command(name: string, run: (...args: never[]) => unknown): vscode.Disposable {
  return vscode.commands.registerCommand(name, run);
}

async function toggle(name: string): Promise<void> {
  await set(name, !vscode.workspace.getConfiguration("heapline").get<boolean>(name));
}

/** Where the setting is set already, else in the user's settings: a switch is nobody else's business. */
async function set(name: string, value: unknown): Promise<void> {
  const settings = vscode.workspace.getConfiguration("heapline");
  const inWorkspace = settings.inspect(name)?.workspaceValue !== undefined;
  const target = inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await settings.update(name, value, target);
}

async function chooseMetric(): Promise<void> {
  const now = vscode.workspace.getConfiguration("heapline").get("metric", "all");
  const items = Object.entries(METRICS).map(([metric, label]) => ({
    label,
    description: metric === now ? "shown now" : "",
    metric,
  }));
  const title = "The number that lenses, hints and heat show";
  const picked = await vscode.window.showQuickPick(items, { title });
  if (picked !== undefined) await set("metric", picked.metric);
}

/** The files in which the user wants to see nothing; kept for the workspace, and told to each server that starts. */
class HiddenFiles implements vscode.Disposable {
  private readonly listener: vscode.Disposable;

  constructor(
    private readonly server: Server,
    private readonly memory: vscode.Memento,
  ) {
    this.listener = server.onDidStart(() => {
      for (const uri of this.uris) void this.tell(uri, true);
    });
  }

  async set(file: vscode.Uri | undefined, hide: boolean): Promise<void> {
    const uri = (file ?? vscode.window.activeTextEditor?.document.uri)?.toString();
    if (uri === undefined) return;
    const others = this.uris.filter((known) => known !== uri);
    await this.memory.update(HIDDEN, hide ? [...others, uri] : others);
    await this.tell(uri, hide);
  }

  dispose(): void {
    this.listener.dispose();
  }

  private get uris(): string[] {
    return this.memory.get<string[]>(HIDDEN, []);
  }

  private async tell(uri: string, hide: boolean): Promise<void> {
    if (this.server.isRunning) await this.server.execute("heapline.hideFile", uri, hide);
  }
}
