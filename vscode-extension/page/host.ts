// Where the page is shown, in VS Code or in a browser, and so how it goes to a line of code.
import type { Overview, Series, Site } from "./data";
import { button, el } from "./dom";

interface VSCode {
  postMessage(message: unknown): void;
}

declare function acquireVsCodeApi(): VSCode;

const vscode = typeof acquireVsCodeApi === "function" ? acquireVsCodeApi() : undefined;
/** The only links that are followed: an editor's, and files. */
const LINKS = /^(?:vscode|file):\/\//;

/** The overview to draw: of the page itself, or as VS Code sends it, again and again. */
export function onOverview(draw: (overview: Overview) => void): void {
  const inside = document.getElementById("overview");
  if (inside !== null) draw(JSON.parse(inside.textContent ?? "") as Overview);
  window.addEventListener("message", ({ data }: MessageEvent<{ overview?: Overview }>) => {
    if (vscode !== undefined && data.overview !== undefined) draw(data.overview);
  });
  vscode?.postMessage({ ready: true });
}

/** The sites of an overview: what they are called, and the ways to them. */
export class Sites {
  constructor(private readonly sites: Record<string, Site>) {}

  /** `file:line`. */
  at(site: number | null): string | undefined {
    return site === null ? undefined : this.sites[site]?.at;
  }

  /** What a series is of. */
  nameOf({ site, name }: Series): string {
    return this.at(site) ?? name ?? "all others";
  }

  /** Whether it is a line of the workspace, not of a gem or of Ruby. */
  isOwn(site: number | null): boolean {
    return site !== null && this.sites[site]?.own === true;
  }

  canJump(site: number | null): boolean {
    const placed = site !== null && this.sites[site]?.placed === true;
    return placed && (vscode !== undefined || this.link(site) !== undefined);
  }

  /** Goes to the line, if there is a way. */
  jump(site: number | null): void {
    if (!this.canJump(site)) return;
    if (vscode !== undefined) vscode.postMessage({ jump: site });
    else this.anchor(site, "").click();
  }

  /** The site's name, as a link to it if there is a way, or another text in its place. */
  linked(site: number | null, text = this.at(site) ?? ""): HTMLElement {
    if (!this.canJump(site)) return el("span", { class: "at" }, text);
    const title = this.sites[site ?? -1]?.method ?? "";
    if (vscode === undefined) return this.anchor(site, text, title);
    return button(text, () => this.jump(site), { class: "link at", role: "link", title });
  }

  private anchor(site: number | null, text: string, title = ""): HTMLAnchorElement {
    return el("a", { class: "at", href: this.link(site) ?? "", title }, text);
  }

  private link(site: number | null): string | undefined {
    const link = site === null ? undefined : this.sites[site]?.link;
    return link && LINKS.test(link) ? link : undefined;
  }
}
