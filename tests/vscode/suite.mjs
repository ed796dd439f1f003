// Has VS Code run the tests of a file inside its extension host, against the extension as it was installed from its package.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Screen } from "./screen.mjs";

/** `options.window`: what to open, where that is not the workspace. Gives the tests' results: `[{ title, state, error }]`. */
export async function suite(code, options) {
  const finished = new Promise((resolve) => code.page.exposeFunction("codeAutomationExit", resolve));
  await code.page.exposeFunction("codeAutomationLog", (_type, args) => console.error(...args));
  await code.open(options.window ?? options.workspace, [
    ["extensionDevelopmentPath", code.remote(code.extension)],
    ["extensionTestsPath", code.remote(fileURLToPath(new URL("inside.cjs", import.meta.url)))],
  ]);
  await Promise.race([finished, new Screen(code.page, options.out).failure]);
  return JSON.parse(await readFile(path.join(options.out, "mocha.json"), "utf8"));
}
