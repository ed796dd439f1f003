import * as vscode from "vscode";
import {
  CloseAction,
  type ErrorHandler,
  LanguageClient,
  type LanguageClientOptions,
  State,
} from "vscode-languageclient/node";

const COMMAND_SETTING = "heapline.server.command";

/**
 * The language server as the user configured it, one process at a time.
 *
 * A start that fails is told to the user in one message with a button to the setting; it never rejects.
 */
export class Server implements vscode.Disposable {
  private client: HeaplineClient | undefined;
  private lastWork: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: vscode.LogOutputChannel,
    private readonly directory: string,
  ) {}

  /** Ends the process that runs, if any, and starts one with the settings of now. */
  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.end();
      this.client = new HeaplineClient(serverCommand(), this.log, this.directory);
      // The client has told the user; what fails here may work after the next change of the setting.
      await this.client.start().catch(() => undefined);
    });
  }

  /** Starts the server when it does not run, and has it execute one of its commands; gives its answer, if any. */
  async execute(command: string, ...args: unknown[]): Promise<unknown> {
    await this.lastWork;
    if (!this.client?.isRunning()) await this.restart();
    if (!this.client?.isRunning()) return undefined;
    return this.client.sendRequest("workspace/executeCommand", { command, arguments: args });
  }

  /** Ends the process that runs, if any. */
  stop(): Promise<void> {
    return this.inTurn(() => this.end());
  }

  dispose(): void {
    void this.stop();
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.lastWork = this.lastWork.then(work);
    return this.lastWork;
  }

  private async end(): Promise<void> {
    await this.client?.dispose().catch((error: unknown) => this.log.warn(String(error)));
    this.client = undefined;
  }
}

/** A client that has one message for every way in which a start can fail. */
class HeaplineClient extends LanguageClient {
  private starting: Promise<void> = Promise.resolve();

  constructor(
    private readonly command: string[],
    private readonly log: vscode.LogOutputChannel,
    directory: string,
  ) {
    const [program = "", ...args] = command;
    const options: LanguageClientOptions = {
      documentSelector: [
        { scheme: "file", language: "ruby" },
        { scheme: "file", pattern: "**/*.rb" },
      ],
      outputChannel: log,
      synchronize: { configurationSection: "heapline" },
      initializationFailedHandler: () => false,
    };
    // The directory is the extension's own, so that no program is ever found in the workspace.
    super("heapline", "Heapline", { command: program, args, options: { cwd: directory } }, options);
  }

  override async start(): Promise<void> {
    this.starting = super.start();
    try {
      await this.starting;
    } catch (error) {
      this.log.error(`Start of ${JSON.stringify(this.command)} failed: ${String(error)}`);
      void this.tellFailedStart();
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

  /** Restarts a server that crashed, but not one that ends while it starts: it would do so again. */
  override createDefaultErrorHandler(maxRestartCount?: number): ErrorHandler {
    const usual = super.createDefaultErrorHandler(maxRestartCount);
    return {
      error: (error, message, count) => usual.error(error, message, count),
      closed: async () => {
        if (this.state !== State.Starting) return usual.closed();
        // The base class forgets the start when this answers: it must have failed by then, or nobody hears of it.
        await this.starting.catch(() => undefined);
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    };
  }

  private async tellFailedStart(): Promise<void> {
    const setting = "Open setting";
    const log = "Show log";
    const choice = await vscode.window.showErrorMessage(
      this.command.length === 0
        ? `Heapline could not start its server: the setting ${COMMAND_SETTING} must be a list, a program and its arguments.`
        : `Heapline could not start its server with “${this.command.join(" ")}”. ` +
            `Install it with “pip install heapline”, or say in the setting ${COMMAND_SETTING} how to start it.`,
      setting,
      log,
    );
    if (choice === setting) {
      // In a remote window a setting of the machine is the remote machine's: the user's own page doesn't list it.
      const page = vscode.env.remoteName === undefined ? "openSettings" : "openRemoteSettings";
      await vscode.commands.executeCommand(`workbench.action.${page}`, { query: COMMAND_SETTING });
    }
    if (choice === log) this.log.show();
  }
}

/** The configured command; empty when the setting holds anything but a list (VS Code hands on what users write). */
function serverCommand(): string[] {
  const value: unknown = vscode.workspace.getConfiguration().get(COMMAND_SETTING);
  return Array.isArray(value) ? value.map(String) : [];
}
