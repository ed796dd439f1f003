// The colours of charts: those of the style sheet, which follows the browser's theme or VS Code's.

/** The colours as they are now. */
export interface Theme {
  text: string;
  muted: string;
  line: string;
  surface: string;
  accent: string;
  others: string;
  series: string[];
}

export function theme(): Theme {
  const style = getComputedStyle(document.body);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    text: colour("text"),
    muted: colour("muted"),
    line: colour("line"),
    surface: colour("surface"),
    accent: colour("accent"),
    others: colour("others"),
    series: Array.from({ length: 8 }, (_, i) => colour(`series-${i + 1}`)),
  };
}

/** A colour laid over a background: `share` is how much of it is seen (0 to 1). Both as `#rrggbb`, else the colour itself. */
export function over(colour: string, background: string, share: number): string {
  const [front, back] = [channels(colour), channels(background)];
  if (front === undefined || back === undefined) return colour;
  const mixed = front.map((value, i) => Math.round(value * share + (back[i] ?? 0) * (1 - share)));
  return `rgb(${mixed.join(", ")})`;
}

function channels(colour: string): number[] | undefined {
  const digits = /^#([0-9a-f]{6})/i.exec(colour)?.[1];
  return digits?.match(/../g)?.map((pair) => Number.parseInt(pair, 16));
}

/** Sets the page's theme, and again before `draw` whenever the colours change. */
export function onTheme(draw: () => void): void {
  const browser = matchMedia("(prefers-color-scheme: dark)");
  const follow = (): void => {
    document.documentElement.dataset["theme"] = (vscodeIsDark() ?? browser.matches) ? "dark" : "light";
    draw();
  };
  browser.addEventListener("change", follow);
  // VS Code puts its theme's colours on the root element, and its kind on the body
  const watcher = new MutationObserver(follow);
  watcher.observe(document.documentElement, { attributes: true, attributeFilter: ["style"] });
  watcher.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  follow();
}

/** Whether VS Code's theme is dark; undefined in a browser. */
function vscodeIsDark(): boolean | undefined {
  const kinds = document.body.classList;
  if (kinds.contains("vscode-light") || kinds.contains("vscode-high-contrast-light")) return false;
  return kinds.contains("vscode-dark") || kinds.contains("vscode-high-contrast") || undefined;
}
