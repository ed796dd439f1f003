// What the colours of a chart mean: a list beside it, whose names are links to the lines.
import type { Series } from "./data";
import { el } from "./dom";
import { swatch } from "./chart";
import type { Sites } from "./host";

/** `colours` has one for each series; `number` is what stands behind its name. */
export function legend(
  series: readonly Series[],
  colours: readonly string[],
  sites: Sites,
  number: (series: Series) => string,
): HTMLElement[] {
  return series.map((one, i) =>
    el(
      "li",
      {},
      swatch(colours[i] ?? ""),
      sites.linked(one.site, sites.nameOf(one)),
      el("span", { class: "number" }, number(one)),
    ),
  );
}
