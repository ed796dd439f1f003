// What a user does with a report that could be of two checkouts: presses the button of the message, and puts the rule that
// the page proposes into the settings.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { Screen } from "./screen.mjs";

/** Gives the texts on the screen, `{ message, page, lens, commanded }`; `commanded` is the page as the command opens it. */
export async function explaining(code, options) {
  const { page } = code;
  const screen = new Screen(page, options.out);
  await code.open(options.workspace, [["openFile", code.remote(path.join(options.workspace, options.file))]]);
  await screen.text(".statusbar-item", "Ruby");

  await screen.command("Heapline: Load report…");
  await screen.choose("Load report", "Load", options.report);
  const message = await screen.text(".notifications-toasts .notification-list-item", "None of its");
  await screen.picture("explaining-1-message");
  await page.getByRole("button", { name: "Explain paths" }).click();
  await screen.text(".editor-instance .view-line", "heapline.pathMappings");
  const text = await editorText(page);
  await screen.picture("explaining-2-page");

  const [rules] = /"heapline\.pathMappings": \[[^\]]*\]/.exec(text);
  await mkdir(path.join(options.workspace, ".vscode"));
  await writeFile(path.join(options.workspace, ".vscode", "settings.json"), `{${rules}}`);
  await screen.click(".tab", path.basename(options.file));
  const lens = await screen.text(".codelens-decoration", options.live);
  await screen.picture("explaining-3-lens");

  await screen.command("Heapline: Explain paths");
  await screen.text(".editor-instance .view-line", "by pathMappings");
  return { message, page: text, lens, commanded: await editorText(page) };
}

/** The lines of the editor that are in sight, from above to below; Monaco keeps them in any order, with U+00A0 for blanks. */
function editorText(page) {
  return page.evaluate(() => {
    const lines = [...document.querySelectorAll(".editor-instance .view-line")];
    lines.sort((one, other) => parseFloat(one.style.top) - parseFloat(other.style.top));
    return lines.map((line) => line.textContent.replaceAll("\u00a0", " ")).join("\n");
  });
}
