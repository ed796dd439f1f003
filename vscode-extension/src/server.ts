// The language server: which program it is, and one process of it at a time.
import * as vscode from "vscode";
import { ErrorCodes, ResponseError } from "vscode-languageclient/node";
import { HeaplineClient } from "./client";
import type { Environment } from "./environment";
import { findPrograms } from "./programs";
import type { Status } from "./reports";

const COMMAND_SETTING = "heapline.server.command";
const MAX_CRASHES = 4;
const CRASHES_WITHIN = 3 * 60_000; // ms

/**
 * The language server, one process at a time.
 *
 * It is (1) what the user's setting `heapline.server.command` says; (2) without that, the server that the extension
 * carries, in an environment of its own, which is made when the server is first needed, and made anew once if it does
 * not start. (3) What fails is told to the user in one message with buttons; it never rejects. A server that crashes is
 * started again.
 */
export class Server implements vscode.Disposable {
  private client: HeaplineClient | undefined;
  private lastWork: Promise<void> = Promise.resolve();
  private turns = 0; // that wait or are at work
  private crashes: number[] = [];
  private readonly started = new vscode.EventEmitter<void>();
  private readonly stopped = new vscode.EventEmitter<void>();
  private readonly changed = new vscode.EventEmitter<Status>();

  /** Each time that a server answers: after the first start, a restart, or a crash. It has no reports loaded yet. */
  readonly onDidStart = this.started.event;
  /** Each time that it has ended, whatever the reason. Its reports are gone with it. */
  readonly onDidStop = this.stopped.event;

  /** Each time that it has something else to show. */
  readonly onDidChange = this.changed.event;

  /** `directory`: where the server's process runs, the extension's own, so that nothing is ever found in a workspace. */
  constructor(
    private readonly log: vscode.LogOutputChannel,
    private readonly directory: string,
    private readonly environment: Environment,
  ) {}

  /** Whether it answers. */
  get isRunning(): boolean {
    return this.client?.isRunning() ?? false;
  }

  /** What the running server says of itself, such as `heapline 0.1.0`, else whether it is on its way. */
  get description(): string {
    const info = this.isRunning ? this.client?.initializeResult?.serverInfo : undefined;
    if (info) return `${info.name} ${info.version ?? ""}`.trim();
    return this.turns > 0 ? "starting" : "not running";
  }

  /** Starts the server if that needs no installation. */
  async startIfInstalled(): Promise<void> {
    if (configuredCommand() !== undefined || (await this.environment.isMade())) await this.start();
  }

  /** Starts the server unless it runs. */
  start(): Promise<void> {
    return this.inTurn(async () => {
      if (this.isRunning) return;
      await this.end();
      await this.begin();
    });
  }

  /** Ends the process that runs, if any, and starts one with the settings of now. */
  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.end();
      await this.begin();
    });
  }

  /** Starts the server when it does not run, and has it execute one of its commands; gives its answer, if any. */
  async execute<Answer = unknown>(command: string, ...args: unknown[]): Promise<Answer | undefined> {
    return this.request<Answer>("workspace/executeCommand", { command, arguments: args });
  }

  /**
   * Starts the server when it does not run, and asks it; gives its answer, nothing if there is no server to ask, or if it
   * was stopped meanwhile. Rejects where the server says that it could not do that, or crashed over it.
   */
  async request<Answer>(method: string, params: unknown): Promise<Answer | undefined> {
    await this.start();
    const { client } = this;
    if (!client?.isRunning()) return undefined;
    try {
      return await client.sendRequest<Answer>(method, params);
    } catch (error) {
      if (!(error instanceof ResponseError) || error.code !== ErrorCodes.PendingResponseRejected) throw error;
      if (this.client !== client) return undefined;
      throw new Error("Heapline's server ended before it had answered. Its log may say why.", { cause: error });
    }
  }

  /** Ends the process that runs, if any. */
  stop(): Promise<void> {
    return this.inTurn(() => this.end());
  }

  dispose(): void {
    void this.stop();
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turns += 1;
    this.lastWork = this.lastWork.then(work).finally(() => (this.turns -= 1));
    return this.lastWork;
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.dispose().catch((error: unknown) => this.log.warn(String(error)));
  }

  private begin(): Promise<void> {
    const command = configuredCommand();
    return command === undefined ? this.beginOwn() : this.beginConfigured(command);
  }

  private async beginConfigured(command: string[]): Promise<void> {
    const [name, ...args] = command;
    const program = name === undefined || /[\\/]/.test(name) ? name : (await findPrograms(name))[0];
    if (program !== undefined && (await this.answers([program, ...args]))) return;
    void this.tell(
      name === undefined
        ? `the setting ${COMMAND_SETTING} must be a list, a program and its arguments.`
        : `“${command.join(" ")}” does not start. Correct the setting ${COMMAND_SETTING}, or remove it: ` +
            `Heapline then installs a server of its own.`,
    );
  }

  private async beginOwn(): Promise<void> {
    const { environment } = this;
    try {
      if (await this.answersFrom(environment)) return;
      if (await environment.isMade()) {
        this.log.warn("The installed server does not start. It is installed anew.");
        await environment.remove();
      }
      await this.install();
      if (await this.answersFrom(environment)) return;
      void this.tell("it was installed, but does not start. The log says why.", "Try again");
    } catch (error) {
      if (error instanceof vscode.CancellationError) return;
      void this.tell(`it could not be installed: ${error instanceof Error ? error.message : String(error)}`, "Try again");
    }
  }

  /** Makes the environment, with progress; rejects with a CancellationError if the user stops it. */
  private async install(): Promise<void> {
    const title = "Heapline: installing its server (once)";
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    return vscode.window.withProgress(options, async (progress, cancelled) => {
      const stop = new AbortController();
      cancelled.onCancellationRequested(() => stop.abort());
      try {
        await this.environment.make((message) => progress.report({ message }), stop.signal);
      } catch (error) {
        if (!stop.signal.aborted) throw error;
        this.log.info("The installation was stopped.");
        throw new vscode.CancellationError();
      }
    });
  }

  private async answersFrom(environment: Environment): Promise<boolean> {
    const python = await environment.use();
    return python !== undefined && this.answers(serverOf(python));
  }

  /** Starts a server like this; gives whether it answers. */
  private async answers(command: [string, ...string[]]): Promise<boolean> {
    const client = new HeaplineClient(command, this.log, this.directory, {
      started: () => this.started.fire(),
      changed: (status) => this.changed.fire(status),
      ended: () => {
        this.stopped.fire();
        if (this.client === client) this.recover();
      },
    });
    this.client = client;
    return client.start().then(
      () => true,
      () => false,
    );
  }

  /** It ended without being asked to: it is started again, but not over and over. */
  private recover(): void {
    const now = Date.now();
    this.crashes = [...this.crashes.filter((time) => now - time < CRASHES_WITHIN), now];
    this.log.error("The server ended by itself.");
    if (this.crashes.length <= MAX_CRASHES) void this.start();
    else void this.tell(`it crashed ${this.crashes.length} times in three minutes. The log may say why.`, "Try again");
  }

  private async tell(what: string, retry?: string): Promise<void> {
    const setting = "Open setting";
    const log = "Show log";
    const buttons = [...(retry === undefined ? [] : [retry]), setting, log];
    const choice = await vscode.window.showErrorMessage(`Heapline could not start its server: ${what}`, ...buttons);
    if (choice === undefined) return;
    if (choice === retry) await this.restart();
    if (choice === log) this.log.show();
    if (choice === setting) {
      // In a remote window a setting of the machine is the remote machine's: the user's own page doesn't list it.
      const page = vscode.env.remoteName === undefined ? "openSettings" : "openRemoteSettings";
      await vscode.commands.executeCommand(`workbench.action.${page}`, { query: COMMAND_SETTING });
    }
  }
}

/** `-I`: neither the current directory nor variables of the user's choose what Python loads. */
function serverOf(python: string): [string, ...string[]] {
  return [python, "-I", "-m", "heapline", "serve", "--stdio"];
}

/**
 * The configured command, none if the setting is empty; an empty list when it holds anything but a list (VS Code hands on
 * what users write).
 */
function configuredCommand(): string[] | undefined {
  const value: unknown = vscode.workspace.getConfiguration().get(COMMAND_SETTING);
  if (!Array.isArray(value)) return [];
  return value.length > 0 ? value.map(String) : undefined;
}
