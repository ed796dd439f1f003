// The extension's own Python environment, with the server from the wheel that the extension carries.
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import * as path from "node:path";
import type * as vscode from "vscode";
import { findPrograms, run } from "./programs";

const PARTIAL = ".partial";
/** The directory in an environment that has a file for each window that uses it, named by its extension host's process. */
const WINDOWS = "windows";
const ABANDONED_AFTER = 24 * 60 * 60 * 1000; // ms: no installation takes that long
/** Without compiled packages for this Python an installation would start compilers, and fail an hour later. */
const ONLY_WHEELS = ["--only-binary", ":all:"];
const PIP_INSTALL = ["-I", "-m", "pip", "--disable-pip-version-check", "install", ...ONLY_WHEELS];

interface Wheel {
  file: string;
  /** The minor version of Python 3 that it is for: exactly that one, or with the stable ABI that one and all later. */
  minor: number;
  stable: boolean;
}

type Run = (...command: [string, ...string[]]) => Promise<string>;

/**
 * One directory in the extension's global storage for each version of the server, made when it is first wanted.
 *
 * Its name is made of what is installed, so that an upgrade of the extension gets a new one. It appears under that name
 * only when it is whole, so that several windows may make it at once. In it is noted which windows use it: one that was
 * open before an upgrade keeps its version until it is closed.
 */
export class Environment {
  private directory: Promise<string> | undefined;

  /** `wheels`: the directory that has the server's wheels; `storage`: where environments may be made. */
  constructor(
    private readonly wheels: string,
    private readonly storage: string,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Whether it has been made. */
  async isMade(): Promise<boolean> {
    return access(pythonOf(await this.wanted())).then(
      () => true,
      () => false,
    );
  }

  /** Its Python, for this window from now on, if it has been made. Those of other versions that no window uses are removed. */
  async use(): Promise<string | undefined> {
    if (!(await this.isMade())) return undefined;
    const wanted = await this.wanted();
    await mkdir(path.join(wanted, WINDOWS), { recursive: true });
    await writeFile(path.join(wanted, WINDOWS, String(process.pid)), "");
    await this.removeOthers();
    return pythonOf(wanted);
  }

  /**
   * Makes it with uv, or else with a Python's own venv.
   *
   * Rejects with a message for the user that says why it cannot be made, or when `signal` ends it.
   */
  async make(report: (what: string) => void, signal: AbortSignal): Promise<void> {
    const wanted = await this.wanted();
    const partial = `${wanted}.${randomUUID()}${PARTIAL}`;
    await mkdir(this.storage, { recursive: true });
    const here: Run = (...command) => run(command, { directory: this.storage, log: this.log, signal });
    try {
      await this.fill(partial, here, report, signal);
      await here(pythonOf(partial), "-I", "-m", "heapline", "--version");
      await this.putInPlace(partial, wanted);
    } finally {
      await remove(partial);
    }
  }

  /** Removes it. */
  async remove(): Promise<void> {
    await remove(await this.wanted());
  }

  private async fill(partial: string, here: Run, report: (what: string) => void, signal: AbortSignal): Promise<void> {
    const wheels = await this.available();
    const [uv] = await findPrograms("uv");
    if (uv !== undefined) {
      try {
        await fillWithUv(uv, wheels, partial, here, report);
        return;
      } catch (error) {
        signal.throwIfAborted();
        this.log.warn(`uv could not make the environment (${String(error)}): trying Python's own venv.`);
        await remove(partial);
      }
    }
    await fillWithVenv(wheels, partial, here, report, signal);
  }

  /** Another window may have put its own there meanwhile: it is as good, if it is whole. */
  private async putInPlace(partial: string, wanted: string): Promise<void> {
    if (await this.isMade()) return;
    await remove(wanted);
    await rename(partial, wanted);
  }

  private async removeOthers(): Promise<void> {
    const wanted = path.basename(await this.wanted());
    for (const name of await readdir(this.storage)) {
      const other = path.join(this.storage, name);
      // One that is being made may be another window's.
      const young = Date.now() - (await stat(other).then(({ mtimeMs }) => mtimeMs, () => 0)) < ABANDONED_AFTER;
      if (name === wanted || (name.endsWith(PARTIAL) && young) || (await isUsed(other))) continue;
      this.log.info(`Removing the environment of another version: ${other}`);
      await remove(other).catch((error: unknown) => this.log.warn(String(error)));
    }
  }

  private wanted(): Promise<string> {
    this.directory ??= this.name().then((name) => path.join(this.storage, name));
    return this.directory;
  }

  private async name(): Promise<string> {
    const hash = createHash("sha256");
    for (const { file } of await this.available()) hash.update(await readFile(file));
    return hash.digest("hex").slice(0, 16);
  }

  private async available(): Promise<Wheel[]> {
    return (await readdir(this.wheels)).sort().flatMap((name) => {
      const [, minor, abi] = /^heapline-[^-]+-cp3(\d+)-(\w+)-.*\.whl$/.exec(name) ?? [];
      return minor === undefined
        ? []
        : [{ file: path.join(this.wheels, name), minor: Number(minor), stable: abi === "abi3" }];
    });
  }
}

/** uv finds a Python that fits, or fetches one. */
async function fillWithUv(
  uv: string,
  wheels: Wheel[],
  directory: string,
  here: Run,
  report: (what: string) => void,
): Promise<void> {
  const wheel = wheels.find(({ stable }) => stable) ?? wheels[0];
  if (wheel === undefined) throw new Error("this package of the extension has no server inside");
  report("making an environment with uv");
  const version = wheel.stable ? `>=3.${wheel.minor}` : `3.${wheel.minor}`;
  await here(uv, "venv", "--python", version, directory);
  report("installing with uv");
  // Copies: what uv links by itself would be damaged in its cache as well, and could not be repaired from there.
  const options = [...ONLY_WHEELS, "--link-mode", "copy", "--python", pythonOf(directory)];
  await here(uv, "pip", "install", ...options, wheel.file);
}

async function fillWithVenv(
  wheels: Wheel[],
  directory: string,
  here: Run,
  report: (what: string) => void,
  signal: AbortSignal,
): Promise<void> {
  report("looking for Python");
  const oldest = Math.min(...wheels.map(({ minor }) => minor));
  const unfit: string[] = [];
  for (const python of await findPrograms("python3", "python", ...newerNames(oldest))) {
    try {
      const version = await here(python, "-I", "-c", "import sys; print(*sys.version_info[:2])");
      const [major, minor] = version.trim().split(" ").map(Number);
      const wheel = major === 3 ? wheelFor(wheels, minor ?? 0) : undefined;
      if (wheel === undefined) {
        unfit.push(`${python} is ${major}.${minor}`);
        continue;
      }
      report(`making an environment with Python 3.${minor}`);
      await here(python, "-I", "-m", "venv", "--clear", directory);
      report("installing with pip");
      await here(pythonOf(directory), ...PIP_INSTALL, wheel.file);
      return;
    } catch (error) {
      signal.throwIfAborted();
      unfit.push(`${python}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(
    `it needs uv, or Python 3.${oldest} or newer with its module venv, outside of the workspace. ` +
      (unfit.length > 0 ? `Found: ${unfit.join("; ")}.` : "None is on the PATH."),
  );
}

function wheelFor(wheels: Wheel[], minor: number): Wheel | undefined {
  return (
    wheels.find((wheel) => !wheel.stable && wheel.minor === minor) ??
    wheels.find((wheel) => wheel.stable && wheel.minor <= minor)
  );
}

/** What the Pythons of single versions are called, where `python3` is an old one. */
function newerNames(minor: number): string[] {
  return Array.from({ length: 8 }, (_, i) => `python3.${minor + i}`);
}

function pythonOf(directory: string): string {
  return process.platform === "win32"
    ? path.join(directory, "Scripts", "python.exe")
    : path.join(directory, "bin", "python");
}

/** Whether a window that is still open uses the environment. */
async function isUsed(environment: string): Promise<boolean> {
  const windows = await readdir(path.join(environment, WINDOWS)).catch(() => []);
  return windows.some((pid) => lives(Number(pid)));
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // another user's
  }
}

function remove(directory: string): Promise<void> {
  return rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
