// A chart of Apache ECharts: only what the page needs of it, drawn as SVG, as wide as its place.
import { BarChart, LineChart, TreemapChart } from "echarts/charts";
import {
  AriaComponent,
  DataZoomComponent,
  GridComponent,
  MarkAreaComponent,
  ToolboxComponent,
  TooltipComponent,
} from "echarts/components";
import { type ECElementEvent, type EChartsCoreOption, type EChartsType, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { el } from "./dom";
import type { Theme } from "./theme";

use([BarChart, LineChart, TreemapChart, SVGRenderer]);
use([AriaComponent, DataZoomComponent, GridComponent, MarkAreaComponent, ToolboxComponent, TooltipComponent]);

const FONT = 12; // pixels
export const LINE = 16; // pixels

/** One chart, and the element that it is drawn in. */
export class Chart {
  readonly element = el("div", { class: "chart" });
  private readonly chart: EChartsType;
  private resized = (): void => undefined;

  /** `height` in pixels. */
  constructor(height: number) {
    this.element.style.height = `${height}px`;
    this.chart = init(this.element, undefined, { renderer: "svg", width: 800, height });
    new ResizeObserver(() => {
      this.chart.resize({ width: "auto", height: "auto" });
      this.resized();
    }).observe(this.element);
  }

  /** For charts that are drawn differently in another size. */
  onResize(act: () => void): void {
    this.resized = act;
  }

  /** Draws anew. `description` is what a screen reader says of it. */
  draw(description: string, colours: Theme, { series, ...option }: EChartsCoreOption & { series: readonly object[] }): void {
    this.chart.setOption(
      {
        animation: false,
        textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: FONT, lineHeight: LINE, color: colours.text },
        aria: { enabled: true, label: { description } },
        ...option,
        // Emphasis draws what is under the mouse anew, and a click that this comes into is lost.
        series: series.map((one) => ({ ...one, emphasis: { disabled: true } })),
      },
      { notMerge: true },
    );
    this.element.setAttribute("role", "img");
  }

  /** Changes what is drawn without drawing the rest anew. */
  change(action: Parameters<EChartsType["dispatchAction"]>[0]): void {
    this.chart.dispatchAction(action);
  }

  onClick(act: (event: ECElementEvent) => void): void {
    this.chart.on("click", (event) => act(event as ECElementEvent));
  }

  /** Hears of the part that is zoomed into, in per cent of the whole. */
  onZoom(act: (start: number, end: number) => void): void {
    this.chart.on("datazoom", () => {
      const [zoom] = (this.chart.getOption() as { dataZoom: { start: number; end: number }[] }).dataZoom;
      if (zoom !== undefined) act(zoom.start, zoom.end);
    });
  }

  get width(): number {
    return this.chart.getWidth();
  }

  get height(): number {
    return this.chart.getHeight();
  }
}

/** How tooltips look; their content is an element, so that nothing in it is read as HTML. */
export function tooltip(colours: Theme): Record<string, unknown> {
  return {
    confine: true,
    backgroundColor: colours.surface,
    borderColor: colours.line,
    textStyle: { color: colours.text, fontSize: FONT },
  };
}

/** A tooltip's content: a title, and rows of a name and a number, each with its colour if it has one. */
export function tip(title: string, rows: readonly { name: string; value: string; colour?: string }[]): HTMLElement {
  const items = rows.map(({ name, value, colour }) =>
    el("tr", {}, el("td", {}, colour === undefined ? null : swatch(colour), name), el("td", {}, value)),
  );
  return el("div", { class: "tip" }, el("strong", {}, title), el("table", {}, ...items));
}

/** A small square of a colour. */
export function swatch(colour: string): HTMLElement {
  const square = el("i", { class: "swatch", "aria-hidden": "true" });
  square.style.backgroundColor = colour;
  return square;
}

/** How an axis of numbers looks. */
export function valueAxis(colours: Theme, words: (value: number) => string): Record<string, unknown> {
  return {
    type: "value",
    axisLabel: { formatter: words, color: colours.muted, fontSize: FONT },
    splitLine: { lineStyle: { color: colours.line } },
    splitNumber: 4,
  };
}

/** How an axis of names looks. */
export function nameAxis(colours: Theme, names: readonly string[]): Record<string, unknown> {
  return {
    type: "category",
    data: names,
    axisLine: { lineStyle: { color: colours.line } },
    axisTick: { show: false },
    axisLabel: { color: colours.muted, fontSize: FONT, lineHeight: LINE },
  };
}
