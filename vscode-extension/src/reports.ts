// The reports that the user loads: kept for the next time, and loaded again when the server starts.
import * as vscode from "vscode";
import type { Server } from "./server";

const KEY = "heapline.reports";
const KEPT = 10;

/** What the server says of a loaded report (its command `heapline.status`). */
export interface Report {
  path: string;
  format: string;
  modified: string;
  objects: number | null;
  bytes: number | null;
  sites: number;
  placedSites: number;
  skippedLines: number;
  traced: boolean;
  graph: boolean;
  newerFiles: number;
}

/** What the server says of everything that it has. */
export interface Status {
  reports: Report[];
  loading: string[];
}

/**
 * Loads and unloads reports, and remembers for this workspace which ones the user loaded.
 *
 * Errors of the server are shown to the user, here or by the server itself.
 */
export class Reports implements vscode.Disposable {
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly server: Server,
    private readonly memory: vscode.Memento,
  ) {
    this.subscription = server.onDidStart(() => void this.restore());
  }

  /** The paths to load again next time. */
  get remembered(): string[] {
    return this.memory.get<string[]>(KEY, []);
  }

  /**
   * Loads these files; gives for each what it is, or nothing where that failed (the user has been told).
   *
   * They are remembered from the start: a window may be closed before all is known.
   */
  async load(files: readonly vscode.Uri[]): Promise<(Report | undefined)[]> {
    const paths = files.map((file) => file.fsPath);
    await this.remember([...this.others(paths), ...paths]);
    const loaded = await Promise.all(
      paths.map((path) => tellFailure(this.server.execute<Report>("heapline.load", path))),
    );
    await this.remember([...this.others(paths), ...paths.filter((_, i) => loaded[i])]);
    return loaded;
  }

  /** Unloads these files, or all. */
  async unload(files?: readonly vscode.Uri[]): Promise<void> {
    const paths = files?.map((file) => file.fsPath) ?? [];
    if (this.server.isRunning) await tellFailure(this.server.execute("heapline.unload", ...paths));
    await this.remember(files === undefined ? [] : this.others(paths));
  }

  /** Loads again what has changed on the disk. */
  async reload(): Promise<void> {
    await tellFailure(this.server.execute("heapline.reload"));
  }

  /** What is loaded and loading now: nothing where no server runs; none is started for it. */
  async status(): Promise<Status> {
    if (!this.server.isRunning) return { reports: [], loading: [] };
    return (await tellFailure(this.server.execute<Status>("heapline.status"))) ?? { reports: [], loading: [] };
  }

  dispose(): void {
    this.subscription.dispose();
  }

  /** A report that cannot be loaded again (it is gone, or brought the indexing down) is forgotten. */
  private async restore(): Promise<void> {
    const wanted = this.remembered;
    if (wanted.length === 0) return;
    const loaded = await tellFailure(this.server.execute<Report[]>("heapline.restore", ...wanted));
    if (loaded === undefined) return;
    const paths = new Set(loaded.map(({ path }) => path));
    await this.remember(this.remembered.filter((path) => paths.has(path) || !wanted.includes(path)));
  }

  private others(paths: readonly string[]): string[] {
    return this.remembered.filter((path) => !paths.includes(path));
  }

  private async remember(paths: string[]): Promise<void> {
    await this.memory.update(KEY, paths.slice(-KEPT));
  }
}

/** Shows why the server refused a command; gives its answer otherwise. */
async function tellFailure<Answer>(work: Promise<Answer | undefined>): Promise<Answer | undefined> {
  try {
    return await work;
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
