// Runs Heapline in a real VS Code: node run.mjs MODE OPTIONS
//
// suite    tests inside VS Code's extension host (`suite` says which file of them)
// drive    what a user does and sees, with screenshots (drive.mjs)
// tour     what a user does with a dump from beginning to end; the pictures of the documentation (tour.mjs)
// opening  what a newcomer does: opens a dump in an editor, and the sample program (opening.mjs)
// broken   what a user sees of a server that cannot be started (broken.mjs)
// retry    the same with a server that cannot be installed at first (retry.mjs)
// stopping what a user sees who stops the installation of the server (stopping.mjs)
// waiting  what a user sees of a load, and of one that takes long (waiting.mjs)
// explaining what a user does with a report whose lines have no place (explaining.mjs)
// upgrading what a user sees of an upgrade of the extension (upgrading.mjs)
// dropping what a user does with the mouse: drops dumps onto the view (dropping.mjs)
//
// OPTIONS is JSON: the options of startVSCode (vscode.mjs), `workspace` (a folder that may be written to),
// `report` (a heap dump of its code), `file`, `line` and `column` (1-based) of code that allocated, `live` (what is to
// be read of it, such as "4,520 live") and `out`: a directory for pictures and for `MODE.json`, which says what was seen.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { broken } from "./broken.mjs";
import { drive } from "./drive.mjs";
import { dropping } from "./dropping.mjs";
import { explaining } from "./explaining.mjs";
import { opening } from "./opening.mjs";
import { retry } from "./retry.mjs";
import { stopping } from "./stopping.mjs";
import { suite } from "./suite.mjs";
import { tour } from "./tour.mjs";
import { upgrading } from "./upgrading.mjs";
import { startVSCode } from "./vscode.mjs";
import { waiting } from "./waiting.mjs";

const MODES = { broken, drive, dropping, explaining, opening, retry, stopping, suite, tour, upgrading, waiting };

const [mode, json] = process.argv.slice(2);
const options = JSON.parse(json);
const code = await startVSCode({
  ...options,
  environment: { ...options.environment, HEAPLINE_TEST: json, HEAPLINE_TEST_TOOLS: options.tools },
});
const abandoned = new Promise((_resolve, reject) => {
  process.stdin.resume().once("end", () => reject(new Error("our input ended, and with it whoever wanted this run")));
});
try {
  const seen = await Promise.race([MODES[mode](code, options), abandoned]);
  await writeFile(path.join(options.out, `${mode}.json`), JSON.stringify(seen, null, 2));
} catch (error) {
  // The page may be what failed; then there is no picture.
  await code.page.screenshot({ path: path.join(options.out, `${mode}-failed.png`) }).catch(() => {});
  throw error;
} finally {
  process.stdin.destroy();
  await code.close();
}
