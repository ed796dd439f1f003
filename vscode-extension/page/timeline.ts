// The live objects by generation: stacked by line or by class, to zoom into, with the program's start marked.
import { count, bytes } from "../src/units";
import { Chart, nameAxis, tip, tooltip, valueAxis } from "./chart";
import type { Series, Timeline } from "./data";
import { button, choice, el } from "./dom";
import type { Sites } from "./host";
import { legend } from "./legend";
import { fillTable, section } from "./section";
import { type Theme, over, theme } from "./theme";

const HEIGHT = 340;

/** Draws the part; `draw` of the result draws it anew, in other colours. */
export function timelinePart(timeline: Timeline, sites: Sites): { element: HTMLElement; draw(): void } {
  const chart = new Chart(HEIGHT);
  const names = timeline.periods.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`));
  const table = el("table");
  const list = el("ul", { class: "legend" });
  const shown = { of: "bySite" as "bySite" | "byClass", unit: "bytes" as "bytes" | "objects" };
  const words = (number: number): string => (shown.unit === "bytes" ? bytes(number) : count(number));
  const range = new Range(timeline.periods, (start, end) => chart.change(zoom(start, end)));

  const draw = (): void => {
    const colours = theme();
    const series = timeline[shown.of];
    const paints = series.map((one, i) => paint(one, i, colours));
    const numbers = series.map((one) => one[shown.unit]);
    const totals = names.map((_, period) => sum(numbers.map((of) => of[period] ?? 0)));
    chart.draw(describe(timeline, totals, words, names), colours, {
      grid: { left: 8, right: 12, top: 36, bottom: 72, containLabel: true },
      tooltip: {
        ...tooltip(colours),
        trigger: "axis",
        axisPointer: { type: "shadow" },
        formatter: (points: { dataIndex: number }[]) => {
          const period = points[0]?.dataIndex ?? 0;
          const rows = series.map((one, i) => ({ name: sites.nameOf(one), number: numbers[i]?.[period] ?? 0, colour: paints[i] ?? "" }));
          const there = rows.filter(({ number }) => number > 0).map((row) => ({ ...row, value: words(row.number) }));
          return tip(`${periodName(names[period] ?? "")}: ${words(totals[period] ?? 0)}`, there);
        },
      },
      // the brush that zooms: its button would be a mouse's alone
      toolbox: { itemSize: 0, feature: { dataZoom: { yAxisIndex: false, brushStyle: { color: over(colours.accent, colours.surface, 0.2), opacity: 0.5 } } } },
      dataZoom: [
        {
          type: "slider",
          height: 22,
          bottom: 10,
          showDetail: false,
          brushSelect: true,
          borderColor: colours.line,
          fillerColor: over(colours.accent, colours.surface, 0.25),
          dataBackground: { lineStyle: { color: colours.muted }, areaStyle: { color: colours.muted } },
          selectedDataBackground: { lineStyle: { color: colours.accent }, areaStyle: { color: colours.accent } },
          handleStyle: { color: colours.surface, borderColor: colours.muted },
          moveHandleStyle: { color: colours.muted },
        },
      ],
      xAxis: { ...nameAxis(colours, names), name: "generation (runs of the garbage collector)", nameLocation: "middle", nameGap: 30, nameTextStyle: { color: colours.muted } },
      yAxis: valueAxis(colours, words),
      series: series.map((one, i) => ({
        type: "bar",
        stack: "live",
        name: sites.nameOf(one),
        data: numbers[i],
        barCategoryGap: names.length > 40 ? "10%" : "25%",
        barMaxWidth: 60,
        itemStyle: { color: paints[i] },
        cursor: sites.canJump(one.site) ? "pointer" : "default",
        ...(i === 0 && { markArea: boot(timeline, names, colours) }),
      })),
    });
    chart.change({ type: "takeGlobalCursor", key: "dataZoomSelect", dataZoomSelectActive: true });
    list.replaceChildren(...legend(series, paints, sites, (one) => words(sum(one[shown.unit]))));
    fillTable(
      table,
      ["generation", "all", ...series.map((one) => sites.linked(one.site, sites.nameOf(one)))],
      names.flatMap((name, period) => {
        const numbersOf = numbers.map((of) => (of[period] ? words(of[period] ?? 0) : ""));
        return totals[period] ? [[name, words(totals[period] ?? 0), ...numbersOf]] : [];
      }),
    );
  };
  chart.onClick(({ seriesIndex }) => sites.jump(timeline[shown.of][seriesIndex ?? -1]?.site ?? null));
  chart.onZoom((start, end) => range.show(start, end));

  const element = section("generations", {
    title: "Live objects by generation",
    about:
      "How old the live objects are: a generation is one run of the garbage collector. A program without a leak keeps its start, and what it uses just now; bars all along the way are what keeps coming." +
      (timeline.boot === null ? "" : ` Until generation ${timeline.boot} the program was loading its code.`) +
      " Drag over the bars to zoom in; a click on a bar goes to its line.",
    choices: [
      choice("Stacked by", [["bySite", "line"], ["byClass", "class"]] as const, (of) => {
        shown.of = of;
        draw();
      }),
      choice("In", [["bytes", "bytes"], ["objects", "objects"]] as const, (unit) => {
        shown.unit = unit;
        draw();
      }),
      range.element,
    ],
    body: [chart.element, list],
    table,
  });
  return { element, draw };
}

/** From which generation to which: what the mouse chooses with the brush, for the keyboard. */
class Range {
  readonly element: HTMLElement;
  private readonly from: HTMLInputElement;
  private readonly to: HTMLInputElement;

  constructor(
    private readonly periods: readonly [number, number][],
    private readonly zoom: (start: number, end: number) => void,
  ) {
    const bounds = { type: "number", min: `${periods[0]?.[0] ?? 0}`, max: `${periods.at(-1)?.[1] ?? 0}` };
    this.from = el("input", { ...bounds, value: bounds.min, "aria-label": "From generation" });
    this.to = el("input", { ...bounds, value: bounds.max, "aria-label": "To generation" });
    for (const input of [this.from, this.to]) input.addEventListener("change", () => this.apply());
    const all = button("Show all", () => this.zoom(0, this.periods.length - 1), { class: "small" });
    this.element = el("fieldset", { class: "range" }, el("legend", {}, "Generations"), this.from, "to", this.to, all);
  }

  /** The part that is shown, in per cent. */
  show(start: number, end: number): void {
    const at = (share: number): number => Math.round((share / 100) * (this.periods.length - 1));
    this.from.value = `${this.periods[at(start)]?.[0] ?? ""}`;
    this.to.value = `${this.periods[at(end)]?.[1] ?? ""}`;
  }

  private apply(): void {
    const [from, to] = [this.from.valueAsNumber, this.to.valueAsNumber];
    if (Number.isNaN(from) || Number.isNaN(to) || from > to) return;
    const start = this.periods.findIndex(([, last]) => last >= from);
    const end = this.periods.findLastIndex(([first]) => first <= to);
    if (start >= 0 && end >= start) this.zoom(start, end);
  }
}

function zoom(startValue: number, endValue: number): { type: string; [key: string]: unknown } {
  return { type: "dataZoom", dataZoomIndex: 0, startValue, endValue };
}

function paint(series: Series, i: number, colours: Theme): string {
  return series.site === null && series.name === null ? colours.others : (colours.series[i] ?? colours.others);
}

function boot({ periods, boot: last }: Timeline, names: readonly string[], colours: Theme): object | undefined {
  const until = last === null ? -1 : periods.findLastIndex(([first]) => first <= last);
  if (until < 0) return undefined;
  return {
    silent: true,
    itemStyle: { color: over(colours.muted, colours.surface, 0.14) },
    label: { show: true, color: colours.muted, position: "top", distance: 12, formatter: "the program’s start" },
    data: [[{ xAxis: names[0] }, { xAxis: names[until] }]],
  };
}

function describe(timeline: Timeline, totals: readonly number[], words: (n: number) => string, names: readonly string[]): string {
  const largest = totals.indexOf(Math.max(...totals));
  return `Bars: live objects by generation, from ${timeline.periods[0]?.[0]} to ${timeline.periods.at(-1)?.[1]}. The most, ${words(totals[largest] ?? 0)}, are of ${periodName(names[largest] ?? "").toLowerCase()}. The table below has all numbers.`;
}

function periodName(name: string): string {
  return name.includes("–") ? `Generations ${name}` : `Generation ${name}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
