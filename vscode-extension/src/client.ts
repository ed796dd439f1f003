// One language client: how it starts, and what becomes of a server that ends.
import * as vscode from "vscode";
import {
  CloseAction,
  type ErrorHandler,
  LanguageClient,
  type LanguageClientOptions,
  State,
  type StaticFeature,
} from "vscode-languageclient/node";
import { lensMiddleware } from "./lenses";
import { logServer } from "./log";
import { showDocument } from "./opening";
import { LoadingProgress } from "./progress";
import type { Status } from "./reports";

/** What becomes of a server's process. */
export interface Fate {
  /** It answers. */
  started(): void;
  /** It has something else to show than before. */
  changed(status: Status): void;
  /** It has ended, after it had answered. */
  ended(): void;
}

/** Has the server say of itself when there is something else to show. */
const WANTS_CHANGES: StaticFeature = {
  fillClientCapabilities: (capabilities) => {
    capabilities.experimental = { heaplineChanges: true };
  },
  initialize: () => undefined,
  getState: () => ({ kind: "static" }),
  clear: () => undefined,
};

/** A client that runs a server once, and leaves to its owner what to tell and what to do when that fails or ends. */
export class HeaplineClient extends LanguageClient {
  private starting: Promise<void> = Promise.resolve();

  constructor(
    private readonly command: [string, ...string[]],
    private readonly log: vscode.LogOutputChannel,
    directory: string,
    fate: Fate,
  ) {
    const [program, ...args] = command;
    const progress = new LoadingProgress((token) => this.sendNotification("window/workDoneProgress/cancel", { token }));
    const options: LanguageClientOptions = {
      documentSelector: [
        { scheme: "file", language: "ruby" },
        { scheme: "file", pattern: "**/*.rb" },
        // extensions of Ruby, which leak checkers report
        { scheme: "file", language: "c" },
        { scheme: "file", language: "cpp" },
        { scheme: "file", language: "rust" },
        { scheme: "file", language: "ruby-memory-report" },
        { scheme: "untitled", language: "ruby-memory-report" },
        // what is in plain text the server looks at: a report under any name, or pasted
        { scheme: "file", language: "plaintext" },
        { scheme: "untitled", language: "plaintext" },
      ],
      outputChannel: log,
      stdioOptions: { stdout: () => undefined, stderr: logServer }, // stdout is the protocol's
      initializationOptions: () => ({ trusted: vscode.workspace.isTrusted }),
      synchronize: { configurationSection: "heapline" },
      initializationFailedHandler: () => false,
      middleware: {
        ...lensMiddleware,
        window: { showDocument },
        handleWorkDoneProgress: (token, params, next) => {
          next(token, params);
          progress.handle(token, params);
        },
      },
    };
    super("heapline", "Heapline", { command: program, args, options: { cwd: directory } }, options);
    this.registerFeature(WANTS_CHANGES);
    this.onNotification("heapline/changed", (status: Status) => fate.changed(status));
    let ran = false;
    this.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        ran = true;
        fate.started();
      } else if (newState === State.Stopped && ran) {
        progress.endAll();
        fate.ended();
      }
    });
  }

  override async start(): Promise<void> {
    this.starting = super.start();
    try {
      await this.starting;
    } catch (error) {
      this.log.error(`Start of ${JSON.stringify(this.command)} failed: ${String(error)}`);
      throw error;
    }
  }

  /** The base class cannot stop what never ran. */
  override async stop(timeout?: number): Promise<void> {
    if (this.isRunning()) await super.stop(timeout);
  }

  /** Keeps the base class's own messages about a start that failed out of sight (they stay in the log). */
  override error(message: string, data?: unknown, show?: boolean | "force"): void {
    super.error(message, data, this.isRunning() ? show : false);
  }

  override createDefaultErrorHandler(maxRestartCount?: number): ErrorHandler {
    const usual = super.createDefaultErrorHandler(maxRestartCount);
    return {
      error: (error, message, count) => usual.error(error, message, count),
      closed: async () => {
        // The base class forgets the start when this answers: it must have failed by then, or nobody hears of it.
        await this.starting.catch(() => undefined);
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    };
  }
}
