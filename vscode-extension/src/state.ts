// What the server has loaded, as it says by itself, and which report the views are about.
import * as vscode from "vscode";
import type { Report, Status } from "./reports";
import type { Server } from "./server";

const NOTHING: Status = { reports: [], loading: [] };

/** The server's state as views, status bar and decorations follow it. It starts no server and asks for nothing. */
export class State implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];
  private current = NOTHING;
  private chosenPath: string | undefined;

  /** Something else is to be shown: reports came, changed or went, a setting changed, the server ended. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly server: Server) {
    this.subscriptions = [
      this.changed,
      server.onDidChange((status) => this.set(status)),
      server.onDidStop(() => this.set(NOTHING)),
    ];
  }

  get status(): Status {
    return this.current;
  }

  /** The report that the views are about: the one that the user chose, else the newest. */
  get chosen(): Report | undefined {
    const { reports } = this.current;
    const newest = [...reports].sort((a, b) => Date.parse(b.modified) - Date.parse(a.modified))[0];
    return reports.find(({ path }) => path === this.chosenPath) ?? newest;
  }

  choose(path: string): void {
    this.chosenPath = path;
    this.changed.fire();
  }

  /** The running server's answer to one of its commands; undefined if it has none, or does not run. */
  async ask<Answer>(command: string, ...args: unknown[]): Promise<Answer | undefined> {
    if (!this.server.isRunning) return undefined;
    try {
      return (await this.server.execute<Answer | null>(command, ...args)) ?? undefined;
    } catch (error) {
      if (this.server.isRunning) throw error;
      return undefined; // it ended meanwhile, which is told elsewhere; when it is back, it is asked anew
    }
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private set(status: Status): void {
    this.current = status;
    void vscode.commands.executeCommand("setContext", "heapline.loaded", status.reports.length > 0);
    this.changed.fire();
  }
}
