// A real VS Code (its server and its web page, in a headless Chromium) with Heapline installed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";

// Nothing but the code under test on the screen, and no word to anyone outside.
const USER_SETTINGS = {
  "chat.commandCenter.enabled": false,
  "chat.disableAIFeatures": true,
  "editor.minimap.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "files.simpleDialog.enable": true,
  "git.enabled": false,
  "security.workspace.trust.startupPrompt": "never",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
};

/** How long until a wait gives up on what never comes, in ms; nothing is measured with it. */
const PATIENCE = 600_000;
const BROWSER_FLAGS = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
  "--no-sandbox",
];

/**
 * Starts VS Code with an empty profile and the packed extension.
 *
 * options: `tools` (what install.sh made), `browser` (Chromium's path), `vsix`, `home` (an empty directory for all
 * that VS Code writes), `command` (the setting heapline.server.command), `trusted` (false: folders open in
 * Restricted Mode), `environment` (more variables for the extension host and all that it starts).
 */
export async function startVSCode(options) {
  const { tools, browser, vsix, home, command, trusted = true, environment = {} } = options;
  const require = createRequire(path.join(tools, "package.json"));
  const { chromium } = require("playwright-core");
  await writeJSON(path.join(home, "data", "User", "settings.json"), USER_SETTINGS);
  await writeJSON(path.join(home, "data", "Machine", "settings.json"), { "heapline.server.command": command });

  const runServer = (...args) =>
    spawn(
      process.execPath,
      [path.join(tools, "package/lib/vscode/out/server-main.js"), "--server-data-dir", home]
        .concat(["--accept-server-license-terms", "--telemetry-level", "off"], args),
      {
        env: {
          ...process.env,
          ...environment,
          // Without a gallery VS Code asks no market place.
          EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "" }),
          // As if started in a terminal: else it would have a login shell say what the PATH is.
          VSCODE_CLI: "1",
        },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );

  const install = async (vsix) => {
    const installer = runServer("--install-extension", vsix);
    installer.stdout.pipe(process.stderr);
    const [status] = await once(installer, "exit");
    if (status !== 0) throw new Error(`VS Code did not install ${vsix}: exit code ${status}`);
  };
  await install(vsix);
  const extensions = path.join(home, "extensions");
  const installed = (await readdir(extensions)).find((name) => name.startsWith("heapline.heapline-"));

  const server = runServer(
    ...["--host", "127.0.0.1", "--port", "0", "--without-connection-token"],
    ...["--enable-smoke-test-driver", ...(trusted ? ["--disable-workspace-trust"] : [])],
  );
  const port = await listeningPort(server);
  const chrome = await chromium.launch({ executablePath: browser, headless: true, args: BROWSER_FLAGS });
  const context = await chrome.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(PATIENCE); // of all its windows
  context.setDefaultNavigationTimeout(PATIENCE);
  const page = await context.newPage();
  const asked = new Set();
  page.on("request", (request) => {
    const { host, protocol } = new URL(request.url());
    if (/^(http|ws)s?:$/.test(protocol)) asked.add(host);
  });

  return {
    /** The directory of the installed extension. */
    extension: path.join(extensions, installed),
    page,
    /** Installs a package of another version, while VS Code runs. */
    install,
    /** A file's address as VS Code's page wants it. */
    remote: (file) => `vscode-remote://127.0.0.1:${port}${file}`,
    /**
     * Shows a folder, or the folders that a `.code-workspace` names, with VS Code's own parameters for its web page as
     * pairs of key and value; in another `window` if one is given.
     */
    open: (folder, payload, window = page) => {
      const kind = folder.endsWith(".code-workspace") ? "workspace" : "folder";
      const query = new URLSearchParams({ [kind]: folder, payload: JSON.stringify(payload) });
      return window.goto(`http://127.0.0.1:${port}/?${query}`);
    },
    /** Every host but our own that the page asked for something. */
    strangers: () => [...asked].filter((host) => host !== `127.0.0.1:${port}`),
    /** Ends the browser and the server with all its children. */
    close: async () => {
      await chrome.close();
      server.kill();
      if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
    },
  };
}

/** The port from the line in which VS Code's server says that it is ready. */
async function listeningPort(server) {
  const lines = createInterface({ input: server.stdout });
  for await (const line of lines) {
    const port = /Extension host agent listening on (\d+)/.exec(line)?.[1];
    if (port !== undefined) {
      server.stdout.resume();
      return Number(port);
    }
    console.error(line);
  }
  throw new Error("VS Code's server ended before it listened");
}

async function writeJSON(file, value) {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(value));
}
