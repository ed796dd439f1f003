// Hot lines in colour: a tint over the line and a mark beside the scroll bar, in the steps that the server says.
import * as vscode from "vscode";
import type { State } from "./state";

const STEPS = 4;
const QUIET = 300; // ms without an edit until the lines are asked for anew; meanwhile the tint moves with its text

interface HotLine {
  line: number;
  heat: number;
  stale: string | null;
}

/** Tints the lines of all visible editors. */
export class Heat implements vscode.Disposable {
  private readonly types = Array.from({ length: STEPS }, (_, step) => tint(step + 1));
  private readonly stale = tint("Stale");
  private readonly subscriptions: vscode.Disposable[];
  private waiting: NodeJS.Timeout | undefined;

  constructor(private readonly state: State) {
    this.subscriptions = [
      ...this.types,
      this.stale,
      state.onDidChange(() => this.drawAll()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.drawAll()),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (vscode.window.visibleTextEditors.some((editor) => editor.document === document)) this.drawSoon();
      }),
    ];
    this.drawAll();
  }

  dispose(): void {
    clearTimeout(this.waiting);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private drawSoon(): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.drawAll(), QUIET);
  }

  private drawAll(): void {
    for (const editor of vscode.window.visibleTextEditors) void this.draw(editor);
  }

  private async draw(editor: vscode.TextEditor): Promise<void> {
    const { document } = editor;
    if (document.uri.scheme !== "file") return;
    const { version } = document;
    const lines = (await this.state.ask<HotLine[]>("heapline.heat", document.uri.toString())) ?? [];
    if (document.version !== version) return; // the edit has asked again
    const here = lines.filter(({ line }) => line <= document.lineCount);
    const draw = (type: vscode.TextEditorDecorationType, found: HotLine[]) =>
      editor.setDecorations(type, found.map(({ line }) => document.lineAt(line - 1).range));
    this.types.forEach((type, step) => draw(type, here.filter(({ heat, stale }) => heat === step + 1 && !stale)));
    draw(this.stale, here.filter(({ stale }) => stale));
  }
}

function tint(step: number | "Stale"): vscode.TextEditorDecorationType {
  return vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor(`heapline.heat${step}`),
    overviewRulerColor: new vscode.ThemeColor(`heapline.heatMark${step}`),
    overviewRulerLane: vscode.OverviewRulerLane.Center,
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
}
