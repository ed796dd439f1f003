// Finds and runs programs: never one of the workspace, and never with what the workspace's tools put into the environment.
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, realpath } from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import * as vscode from "vscode";

/** Variables that would have Python or uv use another environment than the one asked for. */
const MISLEADING = /^(PYTHON.*|VIRTUAL_ENV|CONDA_PREFIX|__PYVENV_LAUNCHER__)$/;

/**
 * The full paths of all programs of these names on the PATH, in the order of the names.
 *
 * Entries of the PATH that are relative or inside a workspace folder are passed over, and so are links that lead there;
 * of links to one program only the first is given.
 */
export async function findPrograms(...names: string[]): Promise<string[]> {
  const suffixes = process.platform === "win32" ? (process.env["PATHEXT"] ?? ".EXE").split(";") : [""];
  const inWorkspace = await workspaceTest();
  const found = new Map<string, string>();
  for (const name of names) {
    for (const directory of await trustedPath()) {
      for (const suffix of suffixes) {
        const candidate = path.join(directory, name + suffix);
        if (!(await isExecutable(candidate)) || (await inWorkspace(candidate))) continue;
        const program = await realpath(candidate);
        if (!found.has(program)) found.set(program, candidate);
      }
    }
  }
  return [...found.values()];
}

/**
 * Runs a program to its end in `directory`; gives what it printed. Each line goes to `log` as it comes.
 *
 * Rejects with the last line that it printed as the message if it fails, and if `signal` ends it.
 */
export async function run(
  [program, ...args]: [string, ...string[]],
  { directory, log, signal }: { directory: string; log: vscode.LogOutputChannel; signal: AbortSignal },
): Promise<string> {
  log.info(`Running ${[program, ...args].join(" ")}`);
  const running = promisify(execFile)(program, args, {
    cwd: directory,
    env: await trustedEnvironment(),
    signal,
    maxBuffer: 64 * 1024 * 1024,
  });
  let last = "";
  for (const stream of [running.child.stdout, running.child.stderr]) {
    stream?.on("data", (data: unknown) => {
      for (const line of String(data).split(/\r?\n/)) {
        if (line.trim() === "") continue;
        log.info(line);
        last = line.trim();
      }
    });
  }
  try {
    return (await running).stdout;
  } catch (error) {
    log.error(`${program} failed: ${String(error)}`);
    throw new Error(last || String(error), { cause: error });
  }
}

async function trustedEnvironment(): Promise<NodeJS.ProcessEnv> {
  const kept = Object.entries(process.env).filter(([name]) => !MISLEADING.test(name) && name.toUpperCase() !== "PATH");
  return { ...Object.fromEntries(kept), PATH: (await trustedPath()).join(path.delimiter) };
}

/** The directories of the PATH that are absolute and not in the workspace. */
async function trustedPath(): Promise<string[]> {
  const inWorkspace = await workspaceTest();
  const trusted: string[] = [];
  for (const directory of (process.env["PATH"] ?? "").split(path.delimiter)) {
    if (path.isAbsolute(directory) && !(await inWorkspace(directory))) trusted.push(directory);
  }
  return trusted;
}

/** A test whether a path, as it stands or with its links followed, lies in a folder of the workspace. */
async function workspaceTest(): Promise<(file: string) => Promise<boolean>> {
  const resolved = (file: string): Promise<string> => realpath(file).catch(() => file);
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
  const roots = [...folders, ...(await Promise.all(folders.map(resolved)))];
  return async (file) => {
    const spellings = [file, await resolved(file)];
    return roots.some((root) => spellings.some((spelling) => isBelow(root, spelling)));
  };
}

function isBelow(root: string, file: string): boolean {
  const relative = path.relative(root, file);
  return !path.isAbsolute(relative) && relative !== ".." && !relative.startsWith(`..${path.sep}`);
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
