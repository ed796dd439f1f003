// What grew over several dumps of one process.
import { bytes, count } from "../src/units";
import { Chart, nameAxis, tip, tooltip, valueAxis } from "./chart";
import type { Growth, Series } from "./data";
import { choice, el } from "./dom";
import type { Sites } from "./host";
import { legend } from "./legend";
import { fillTable, section } from "./section";
import { theme } from "./theme";

const HEIGHT = 320;

export function growthPart(growth: Growth, sites: Sites): { element: HTMLElement; draw(): void } {
  const chart = new Chart(HEIGHT);
  const table = el("table");
  const list = el("ul", { class: "legend" });
  const shown = { of: "bySite" as "bySite" | "byClass", unit: "bytes" as "bytes" | "objects" };
  const words = (number: number): string => (shown.unit === "bytes" ? bytes(number) : count(number));
  const names = growth.names.map((name, i) => {
    const generation = growth.generations[i];
    return generation === null || generation === undefined ? name : `${name}\ngeneration ${generation}`;
  });
  const gained = (one: Series): number => (one[shown.unit].at(-1) ?? 0) - (one[shown.unit][0] ?? 0);
  const more = (one: Series): string => `${gained(one) < 0 ? "−" : "+"}${words(Math.abs(gained(one)))}`;

  const draw = (): void => {
    const colours = theme();
    const series = growth[shown.of];
    const largest = series[0];
    const most = largest === undefined ? "Nothing grew." : `Most grew ${sites.nameOf(largest)}: ${more(largest)}.`;
    chart.draw(`Lines: what is live in each of ${growth.names.length} dumps. ${most} The table below has all numbers.`, colours, {
      grid: { left: 8, right: 24, top: 12, bottom: 8, containLabel: true },
      tooltip: {
        ...tooltip(colours),
        trigger: "axis",
        formatter: (points: { dataIndex: number }[]) => {
          const at = points[0]?.dataIndex ?? 0;
          const rows = series.map((one, i) => ({ name: sites.nameOf(one), value: words(one[shown.unit][at] ?? 0), colour: colours.series[i] ?? "" }));
          return tip(growth.names[at] ?? "", rows);
        },
      },
      xAxis: { ...nameAxis(colours, names), boundaryGap: growth.names.length < 4 },
      yAxis: valueAxis(colours, words),
      series: series.map((one, i) => ({
        type: "line",
        name: sites.nameOf(one),
        data: one[shown.unit],
        symbol: "circle",
        symbolSize: 9,
        triggerLineEvent: true,
        lineStyle: { width: 2.5 },
        itemStyle: { color: colours.series[i] },
        cursor: sites.canJump(one.site) ? "pointer" : "default",
      })),
    });
    list.replaceChildren(...legend(series, colours.series, sites, more));
    fillTable(
      table,
      [shown.of === "bySite" ? "line" : "class", ...growth.names, "growth"],
      [
        ["all live objects", ...growth.total[shown.unit].map(words), more(growth.total)],
        ...series.map((one) => [sites.linked(one.site, sites.nameOf(one)), ...one[shown.unit].map(words), more(one)]),
      ],
    );
  };
  chart.onClick(({ seriesIndex }) => sites.jump(growth[shown.of][seriesIndex ?? -1]?.site ?? null));

  const steps = growth.total.bytes.map(bytes).join(" → ");
  const element = section("growth", {
    title: "Growth across snapshots",
    about: `The lines, or classes, that have more bytes in the last dump of this process than in the first, most growth first. All live objects: ${steps}. A click goes to the line.`,
    choices: [
      choice("By", [["bySite", "line"], ["byClass", "class"]] as const, (of) => {
        shown.of = of;
        draw();
      }),
      choice("In", [["bytes", "bytes"], ["objects", "objects"]] as const, (unit) => {
        shown.unit = unit;
        draw();
      }),
    ],
    body: [chart.element, list],
    table,
  });
  return { element, draw };
}
