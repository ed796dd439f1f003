// The lines, gems and classes that have most of a measure.
import { bytes, count } from "../src/units";
import { Chart, nameAxis, tip, tooltip, valueAxis } from "./chart";
import type { Row, Top } from "./data";
import { choice, el } from "./dom";
import type { Sites } from "./host";
import { fillTable, section } from "./section";
import { theme } from "./theme";

const BARS = 15;
const BAR = 24; // pixels
const NAMES = 300; // pixels, at most a third of the width

export function topPart({ metrics, lines, gems, classes }: Top, sites: Sites): { element: HTMLElement; draw(): void } {
  const of = { lines, gems, classes };
  const most = Math.min(BARS, Math.max(lines.length, gems.length, classes.length));
  const chart = new Chart(most * BAR + 40);
  const table = el("table");
  const shown = { by: "lines" as keyof typeof of, metric: 0 };
  let drawn: Row[] = [];

  const draw = (): void => {
    const colours = theme();
    const metric = metrics[shown.metric];
    if (metric === undefined) return;
    const words = metric.counts ? count : bytes;
    const value = (row: Row): number => row.values[shown.metric] ?? 0;
    const name = (row: Row): string => sites.at(row.site) ?? row.name ?? "";
    const share = (row: Row): string => (metric.whole ? `${((100 * value(row)) / metric.whole).toFixed(1)} %` : "");
    const sorted = of[shown.by].filter((row) => value(row) > 0).sort((a, b) => value(b) - value(a));
    drawn = sorted.slice(0, BARS);
    const first = drawn[0];
    const described = first === undefined ? "" : ` The first is ${name(first)}, ${first.words[shown.metric]}.`;
    chart.draw(`Bars: ${shown.by} by ${metric.name}.${described} The table below has more.`, colours, {
      grid: { left: 8, right: 90, top: 8, bottom: 8, containLabel: true },
      tooltip: {
        ...tooltip(colours),
        formatter: ({ dataIndex }: { dataIndex: number }) => {
          const row = drawn[dataIndex];
          const known = metrics.flatMap((one, i) => {
            const number = row?.values[i];
            return number === null || number === undefined ? [] : [{ name: one.name, value: (one.counts ? count : bytes)(number) }];
          });
          return row ? tip(name(row), known) : "";
        },
      },
      xAxis: valueAxis(colours, words),
      yAxis: {
        ...nameAxis(colours, drawn.map(name)),
        inverse: true,
        triggerEvent: true,
        axisLabel: {
          color: colours.text,
          fontSize: 12,
          formatter: (text: string) => ending(text, Math.min(NAMES, chart.width / 3) / 6.6),
        },
      },
      series: [
        {
          type: "bar",
          barMaxWidth: 16,
          data: drawn.map((row) => ({
            value: value(row),
            itemStyle: { color: shown.by !== "lines" || sites.isOwn(row.site) ? colours.accent : colours.others },
            cursor: sites.canJump(row.site) ? "pointer" : "default",
          })),
          label: { show: true, position: "right", color: colours.muted, formatter: ({ dataIndex }: { dataIndex: number }) => drawn[dataIndex] ? [words(value(drawn[dataIndex])), share(drawn[dataIndex])].filter(Boolean).join(" · ") : "" },
        },
      ],
    });
    fillTable(
      table,
      [shown.by === "lines" ? "line" : shown.by === "gems" ? "gem" : "class", ...metrics.map((one) => one.name), "share"],
      sorted.map((row) => [
        row.site === null ? (row.name ?? "") : sites.linked(row.site),
        ...metrics.map((one, i) => {
          const number = row.values[i];
          return number === null || number === undefined ? "" : (one.counts ? count : bytes)(number);
        }),
        share(row),
      ]),
    );
  };
  chart.onClick(({ dataIndex, componentType, value }) => {
    const named = componentType === "yAxis" ? drawn.findIndex((row) => (sites.at(row.site) ?? row.name) === value) : dataIndex;
    sites.jump(drawn[named]?.site ?? null);
  });

  const by = [["lines", "lines"], ["gems", "gems"], ["classes", "classes"]] as const;
  const known = by.filter(([name]) => of[name].length > 0);
  const element = section("top", {
    title: "Where most of it was allocated",
    about: "The lines, gems or classes with most of one measure. Grey bars are lines of gems, of Ruby, and others that are not in this workspace. A click goes to the line.",
    choices: [
      ...(known.length > 1 ? [choice("Show", known, (name) => {
        shown.by = name;
        draw();
      })] : []),
      ...(metrics.length > 1 ? [choice("By", metrics.map((metric, i) => [`${i}`, metric.name] as const), (i) => {
        shown.metric = Number(i);
        draw();
      })] : []),
    ],
    body: [chart.element],
    table,
  });
  return { element, draw };
}

/** The end of a long path, which says most. */
function ending(text: string, most: number): string {
  return text.length <= most ? text : `…${text.slice(-Math.floor(most))}`;
}
