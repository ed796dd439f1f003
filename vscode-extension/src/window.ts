// All that the window shows beside what every client of the server does: views, status bar, heat, and their commands.
import * as vscode from "vscode";
import { Heat } from "./heat";
import { registerDetails } from "./lenses";
import { registerOverview } from "./overview";
import { registerReportPage } from "./reportPage";
import type { Reports } from "./reports";
import type { Server } from "./server";
import { State } from "./state";
import { StatusItem } from "./status";
import { registerSwitches } from "./switches";
import { showDominators } from "./views/dominators";
import { HoldersView } from "./views/holders";
import { showHotLines } from "./views/hotLines";
import { registerShowMore } from "./views/pagedTree";
import { showReports } from "./views/reports";
import { showSuspects } from "./views/suspects";

/** Shows it for as long as the result lives. */
export function showWindow(
  server: Server,
  reports: Reports,
  memory: vscode.Memento,
  extension: vscode.Uri,
): vscode.Disposable {
  const state = new State(server);
  return vscode.Disposable.from(
    state,
    new StatusItem(state),
    new Heat(state),
    registerSwitches(server, memory),
    registerDetails(),
    registerReportPage(state),
    registerOverview(state, extension),
    registerShowMore(),
    showReports(state, reports),
    showSuspects(state, reports),
    showHotLines(state, memory),
    new HoldersView(server, state),
    showDominators(state),
    vscode.commands.registerCommand("heapline.openSettings", () =>
      vscode.commands.executeCommand("workbench.action.openSettings", "@ext:heapline.heapline"),
    ),
  );
}
