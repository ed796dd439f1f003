// The overview of a report: the page of VS Code's panel and of the file that `heapline report --html` writes.
import type { Overview, Suspect } from "./data";
import { el } from "./dom";
import { growthPart } from "./growth";
import { holdersPart } from "./holders";
import { Sites, onOverview } from "./host";
import "./page.css";
import { section } from "./section";
import { onTheme } from "./theme";
import { timelinePart } from "./timeline";
import { topPart } from "./top";

let redraw = (): void => undefined;

onTheme(() => redraw());
onOverview((overview) => {
  const sites = new Sites(overview.sites);
  const parts = [
    ...(overview.growth === null ? [] : [growthPart(overview.growth, sites)]),
    typeof overview.timeline === "string" ? missing("Live objects by generation", overview.timeline) : timelinePart(overview.timeline, sites),
    typeof overview.holders === "string" ? missing("Retained size by holder", overview.holders) : holdersPart(overview.holders, sites),
    topPart(overview.top, sites),
  ];
  document.querySelector("main")?.remove();
  document.body.append(
    el(
      "main",
      {},
      el("header", {}, el("h1", { title: overview.path }, overview.name), el("p", { class: "about" }, overview.format)),
      ...overview.notes.map((note) => el("p", { class: "note", role: "note" }, note)),
      el("dl", { class: "facts" }, ...overview.facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
      suspects(overview, sites),
      ...parts.map(({ element }) => element),
      el("footer", {}, `Heapline ${overview.version}. Charts: Apache ECharts.`),
    ),
  );
  redraw = () => {
    for (const { draw } of parts) draw();
  };
  redraw();
});

/** The place of a chart that the report has not the numbers for. */
function missing(title: string, why: string): { element: HTMLElement; draw(): void } {
  const id = title.toLowerCase().replaceAll(" ", "-");
  return { element: section(id, { title, about: why, body: [] }), draw: () => undefined };
}

function suspects({ suspects: known }: Overview, sites: Sites): HTMLElement | null {
  if (known === null) return null;
  const list = el("ul", { class: "suspects" }, ...known.found.map((suspect) => suspectItem(suspect, sites)));
  const none = known.found.length === 0 ? "Nothing in this dump grows like a leak." : "";
  return section("suspects", {
    title: "Leak suspects",
    about: known.unknown ?? (none || "Objects that hold ever more of what is new. The score, of 100, only ranks them."),
    body: known.found.length > 0 ? [list] : [],
  });
}

function suspectItem({ site, name, score, text, evidence, path }: Suspect, sites: Sites): HTMLElement {
  return el(
    "li",
    {},
    el("span", { class: "score", title: "Score, of 100" }, `${score}`),
    el(
      "div",
      {},
      el("strong", {}, name, " "),
      sites.linked(site),
      el("p", {}, `${text}: ${evidence.join("; ")}.`),
      path.length > 0 ? el("p", { class: "about" }, `held by ${path.join(" → ")}`) : null,
    ),
  );
}
