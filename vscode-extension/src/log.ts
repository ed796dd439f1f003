// What the server writes to stderr, in Heapline's log: each line at the level that the server gave it.
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { LogOutputChannel } from "vscode";

/** How a record of the server's log begins (`serve` in server/heapline/lsp/app.py). Its further lines are indented. */
const RECORD = /^\S+ \S+ (DEBUG|INFO|WARNING|ERROR|CRITICAL) (.*)$/;
const LEVELS = { DEBUG: "debug", INFO: "info", WARNING: "warn", ERROR: "error", CRITICAL: "error" } as const;

/** Copies all that comes; what is no record, such as the last words of a Python that fails, is an error. */
export function logServer(stderr: Readable, log: LogOutputChannel): void {
  let level: (typeof LEVELS)[keyof typeof LEVELS] = "error";
  createInterface({ input: stderr, crlfDelay: Infinity }).on("line", (line) => {
    const [, name, text] = RECORD.exec(line) ?? [];
    if (name !== undefined) level = LEVELS[name as keyof typeof LEVELS];
    else if (!line.startsWith(" ")) level = "error";
    log[level](text ?? line);
  });
}
