// Makes the overview page's code: into the Python package, for `heapline report --html`, and into the extension.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(here, "..", "node_modules");
const server = path.join(here, "..", "..", "server", "heapline", "export", "page");
const extension = path.join(here, "..", "dist", "page");

const { version } = JSON.parse(await readFile(path.join(modules, "echarts", "package.json"), "utf8"));
await build({
  entryPoints: { overview: path.join(here, "main.ts") },
  outdir: server,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome110", "firefox110", "safari16"],
  banner: {
    js: `/*! Draws with Apache ECharts ${version}, licensed under the Apache License 2.0, https://www.apache.org/licenses/LICENSE-2.0, and its zrender, under the 3-clause BSD licence. Copyright of The Apache Software Foundation and of Baidu Inc. */`,
  },
  logLevel: "warning",
});

// The licences of what is bundled want to go with it.
const licences = ["echarts/NOTICE", "echarts/LICENSE", "zrender/LICENSE", "tslib/LICENSE.txt"];
const texts = await Promise.all(
  licences.map(async (name) => `${name}\n\n${(await readFile(path.join(modules, name), "utf8")).trim()}\n`),
);
await writeFile(path.join(server, "LICENCES.txt"), texts.join(`\n${"-".repeat(80)}\n\n`));

await mkdir(extension, { recursive: true });
for (const name of ["overview.js", "overview.css", "LICENCES.txt"]) {
  await copyFile(path.join(server, name), path.join(extension, name));
}
