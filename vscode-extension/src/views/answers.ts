// What the server answers to the views' questions, as JSON (server/heapline/lsp/features).
import * as vscode from "vscode";

/** A line (1-based) of a file in the workspace, and why it may be another one than the report saw. */
export interface Place {
  uri: string;
  line: number;
  stale: keyof typeof DOUBTS | null;
}

/** `heapline.hotGroups`. */
export interface HotGroups extends Known {
  groups: { key: string; name: string; lines: number; title: string }[];
}

/** `heapline.hotLines`. */
export interface HotLines extends Known {
  lines: HotLine[];
}

export interface HotLine {
  site: number;
  name: string;
  at: string;
  origin: string;
  method: string | null;
  title: string;
  share: string;
  summary: string;
  place: Place | null;
  gone: boolean;
}

interface Known {
  total: number;
  metric: string;
  metrics: string[];
  groupings: string[];
}

/** `heapline.siteAt`. */
export interface Site {
  report: string;
  site: number;
  name: string;
  title: string;
}

/** `heapline.holders`. */
export interface Holders {
  total: number;
  objects: number;
  unreachable: number;
  holders: (Named & { label: number; held: boolean })[];
}

/** `heapline.tree`. */
export interface Branches {
  total: number;
  branches: (Named & { id: number; objects: number; bytes: number; retained: number })[];
}

/** `heapline.suspects`. */
export interface Suspects {
  total: number;
  dumps: string[];
  message: string | null;
  beside: string[];
  suspects: Suspect[];
}

export interface Suspect extends Named {
  score: number;
  report: string;
  site: number | null;
  evidence: { text: string; points: number }[];
  held: { name: string; title: string }[];
  holders: Named[];
}

interface Named {
  name: string;
  title: string;
  path: string | null;
  line: number | null;
  place: Place | null;
}

/** A row for objects of one class that one line allocated; a click goes to the line, if the workspace has it. */
export function rowOf(name: string, found: Named, state: vscode.TreeItemCollapsibleState): vscode.TreeItem {
  const item = new vscode.TreeItem(name, state);
  const file = found.place === null ? found.path : vscode.Uri.parse(found.place.uri).path;
  const at = file === null ? "" : `${file.slice(file.lastIndexOf("/") + 1)}:${found.place?.line ?? found.line}`;
  item.description = [at, found.title].filter(Boolean).join(" · ");
  const recorded = found.path === null ? "" : `${found.path}:${found.line}`;
  item.tooltip = [name, recorded, found.title, doubt(found.place)].filter(Boolean).join("\n");
  item.accessibilityInformation = { label: [name, at, found.title].filter(Boolean).join(", ") };
  item.command = jump(found.place);
  return item;
}

const DOUBTS = {
  changed: "The line was changed since the report.",
  method: "The line recorded is not of the method recorded.",
  newer: "The file is newer than the report.",
};

/** What makes a line doubtful, in a sentence; empty if nothing does. */
export function doubt(place: Place | null): string {
  return place?.stale ? DOUBTS[place.stale] : "";
}

/** The command that goes to a line, if there is one, in the editors of this column. */
export function jump(place: Place | null, viewColumn?: vscode.ViewColumn): vscode.Command | undefined {
  if (place === null) return undefined;
  const start = new vscode.Position(place.line - 1, 0);
  const selection = new vscode.Range(start, start);
  const options: vscode.TextDocumentShowOptions = { selection, preserveFocus: true, preview: true, viewColumn };
  return { title: "Go to line", command: "vscode.open", arguments: [vscode.Uri.parse(place.uri), options] };
}
