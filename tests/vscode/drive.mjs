// What a user does and sees: opens the leaking file, loads the report, reads lenses, hover and problem, and edits the line.
import path from "node:path";
import { Screen } from "./screen.mjs";

/** Gives the texts on the screen, `{ lens, retained, hover, problems, edited }`, and `strangers`: hosts that the page asked. */
export async function drive(code, options) {
  const screen = new Screen(code.page, options.out);
  await code.open(options.workspace, [["openFile", code.remote(path.join(options.workspace, options.file))]]);
  if (!options.trusted) await screen.text(".statusbar-item", "Restricted Mode");
  // VS Code knows Heapline's commands from the same moment on as it knows Ruby.
  await screen.text(".statusbar-item", "Ruby");

  await screen.command("Heapline: Load report…");
  await screen.choose("Load report", "Load", options.report);
  const lens = await screen.text(".codelens-decoration", options.live);
  const retained = await screen.text(".codelens-decoration", "retains");
  await screen.picture("1-lens");

  await screen.goTo(options.line, options.column);
  await screen.command("Show or Focus Hover");
  const hover = await screen.text(".monaco-hover:not(.hidden)", options.live);
  await screen.picture("2-hover");

  await code.page.keyboard.press("Escape");
  await screen.command("Problems: Focus on Problems View");
  const problems = await screen.text(".markers-panel .monaco-list", path.basename(options.file));
  await screen.picture("3-problems");

  await screen.goTo(options.line, options.column);
  await code.page.keyboard.type("my_");
  const edited = await screen.text(".codelens-decoration", `~ ${options.live}`);
  await screen.heat("Stale");
  await screen.picture("4-edited");
  return { lens, retained, hover, problems, edited, strangers: code.strangers() };
}
