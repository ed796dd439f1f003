// The server's progress: in the status bar, which VS Code's client does by itself; as a notification only if it takes long.
import * as vscode from "vscode";
import type {
  ProgressToken,
  WorkDoneProgressBegin,
  WorkDoneProgressEnd,
  WorkDoneProgressReport,
} from "vscode-languageclient/node";

const LONG = 5_000; // ms

type Params = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

/** Shows a notification with a button that cancels, for all that goes on for longer than some seconds. */
export class LoadingProgress {
  private readonly running = new Map<ProgressToken, Notification>();

  /** `cancel` asks the server to stop what the token stands for. */
  constructor(private readonly cancel: (token: ProgressToken) => void) {}

  /** Takes what the server reports. */
  handle(token: ProgressToken, params: Params): void {
    if (params.kind === "begin") {
      this.running.set(token, new Notification(params.title, () => this.cancel(token)));
    } else if (params.kind === "report") {
      this.running.get(token)?.report(params);
    } else {
      this.running.get(token)?.end();
      this.running.delete(token);
    }
  }

  /** The server has gone and will end nothing. */
  endAll(): void {
    for (const notification of this.running.values()) notification.end();
    this.running.clear();
  }
}

class Notification {
  private readonly timer = setTimeout(() => this.show(), LONG);
  private readonly ended = new vscode.EventEmitter<void>();
  private progress: vscode.Progress<{ message?: string; increment?: number }> | undefined;
  private message: string | undefined;
  private percentage = 0;
  private shown = 0;

  constructor(
    private readonly title: string,
    private readonly cancel: () => void,
  ) {}

  report({ message, percentage }: WorkDoneProgressReport): void {
    this.message = message;
    this.percentage = percentage ?? this.percentage;
    this.update();
  }

  end(): void {
    clearTimeout(this.timer);
    this.ended.fire();
  }

  private show(): void {
    const options = { location: vscode.ProgressLocation.Notification, title: this.title, cancellable: true };
    void vscode.window.withProgress(options, (progress, cancelled) => {
      this.progress = progress;
      cancelled.onCancellationRequested(this.cancel);
      this.update();
      return new Promise<void>((resolve) => this.ended.event(() => resolve()));
    });
  }

  private update(): void {
    const increment = this.percentage - this.shown; // 0 would be a bar that stands still, where nobody can say how far it is
    this.progress?.report({ ...(this.message && { message: this.message }), ...(increment > 0 && { increment }) });
    if (this.progress) this.shown = this.percentage;
  }
}
