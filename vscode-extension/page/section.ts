// A part of the page: a heading, what is seen, choices, a chart, and the same as a table.
import { el } from "./dom";

/** `chart` and `table` may be left out. */
export interface Section {
  title: string;
  about: string;
  choices?: HTMLElement[];
  body: HTMLElement[];
  table?: HTMLElement;
}

export function section(id: string, { title, about, choices = [], body, table }: Section): HTMLElement {
  return el(
    "section",
    { id, "aria-labelledby": `${id}-title` },
    el("h2", { id: `${id}-title` }, title),
    el("p", { class: "about" }, about),
    choices.length > 0 ? el("div", { class: "choices" }, ...choices) : null,
    ...body,
    table && el("details", {}, el("summary", {}, "As a table"), el("div", { class: "scroll", tabindex: "0" }, table)),
  );
}

/** A table; the first cell of a row is its heading, all others are numbers unless they are elements. */
export function fillTable(table: HTMLTableElement, head: (Node | string)[], rows: (Node | string)[][]): void {
  table.replaceChildren(
    el("thead", {}, el("tr", {}, ...head.map((cell) => el("th", { scope: "col" }, cell)))),
    el(
      "tbody",
      {},
      ...rows.map(([first, ...others]) =>
        el("tr", {}, el("th", { scope: "row" }, first), ...others.map((cell) => el("td", {}, cell))),
      ),
    ),
  );
}
