// What holds the heap: a treemap of retained size, one tile within the other.
import { bytes, count } from "../src/units";
import { Chart, LINE, tip, tooltip } from "./chart";
import type { Overview, Tile } from "./data";
import { button, el } from "./dom";
import type { Sites } from "./host";
import { fillTable, section } from "./section";
import { type Theme, over, theme } from "./theme";

type Holders = Exclude<Overview["holders"], string>;

const HEIGHT = 460;
const LABEL = 18; // pixels, the height of the strip with a holder's name
const LEAST_LABELLED = 4000; // square pixels
const LEAST_WITH_NAME = 10_000;
const SHADES = [0.2, 0.3, 0.4, 0.5, 0.6, 0.48];

export function holdersPart({ held, tiles }: Holders, sites: Sites): { element: HTMLElement; draw(): void } {
  const chart = new Chart(HEIGHT);
  const table = el("table", { class: "tree" });
  const way = el("nav", { class: "way", "aria-label": "Where in the tree" });
  const byId = new Map(tiles.map((tile) => [tile.id, tile]));
  const below = new Map<number | null, Tile[]>();
  for (const tile of tiles) below.set(tile.parent, [...(below.get(tile.parent) ?? []), tile]);
  const whole = (root: number | null): number => (root === null ? held : (byId.get(root)?.retained ?? held));
  let root: number | null = null;

  const zoom = (to: number | null): void => {
    root = to;
    draw();
  };
  const draw = (): void => {
    const colours = theme();
    const pixels = (chart.width * chart.height) / whole(root);
    const nodes = (parent: number | null, depth: number, colour: string | undefined): object[] => {
      const children = (below.get(parent) ?? []).map((tile, i) => {
        const own = colour ?? colours.series[i] ?? colours.others;
        const area = tile.retained * pixels;
        const inside = nodes(tile.id, depth + 1, own);
        return {
          id: `${tile.id}`,
          name: tile.name,
          value: tile.retained,
          children: inside,
          label: { show: area > LEAST_LABELLED },
          upperLabel: { show: area > LEAST_WITH_NAME && inside.length > 0 },
          itemStyle: { color: shade(own, depth, colours), borderColor: shade(own, depth, colours), borderWidth: inside.length > 0 ? 2 : 0 },
          cursor: sites.canJump(tile.site) || inside.length > 0 ? "pointer" : "default",
        };
      });
      if (children.length === 0) return [];
      const rest = whole(parent) - children.reduce((total, { value }) => total + value, 0);
      return rest <= 0 ? children : [...children, restNode(rest, depth === 0 && rest * pixels > LEAST_LABELLED, depth === 0 ? undefined : colour, depth, colours)];
    };
    const own = tileOf(root);
    const tinted = own && colours.series[topIndex(own, byId, below) % colours.series.length];
    chart.draw(describe(held, below.get(null) ?? []), colours, {
      tooltip: {
        ...tooltip(colours),
        formatter: ({ data }: { data: { id?: string; value: number } }) => tileTip(byId.get(Number(data.id)), data.value),
      },
      series: [
        {
          type: "treemap",
          width: "100%",
          height: "100%",
          left: 0,
          top: 0,
          roam: false,
          nodeClick: false,
          breadcrumb: { show: false },
          visibleMin: 40,
          data: nodes(root, 0, tinted),
          itemStyle: { gapWidth: 2 },
          label: { color: colours.text, fontSize: 12, lineHeight: LINE, position: "insideTopLeft", overflow: "truncate", formatter: label },
          upperLabel: { show: true, height: LABEL, color: colours.text, fontSize: 12, overflow: "truncate", formatter: upperLabel },
          levels: [{ itemStyle: { borderWidth: 0, borderColor: colours.surface, gapWidth: 2 }, upperLabel: { show: false } }],
        },
      ],
    });
    showWay();
    fillTable(table, ["holder", "line", "objects", "retains", "share", ""], rows(root, 0));
  };

  const tileOf = (id: number | null): Tile | undefined => (id === null ? undefined : byId.get(id));
  const place = (tile: Tile): string => sites.at(tile.site)?.replace(/^.*\//, "") ?? "";
  const label = ({ data }: { data: { id?: string; value: number } }): string => {
    const tile = byId.get(Number(data.id));
    return tile ? [short(tile.name), place(tile), bytes(tile.retained)].filter(Boolean).join("\n") : "";
  };
  const upperLabel = ({ data }: { data: { id?: string; value: number } }): string => {
    const tile = byId.get(Number(data.id));
    return tile ? [short(tile.name), place(tile), bytes(tile.retained)].filter(Boolean).join("  ") : "";
  };
  const share = (size: number): string => `${((100 * size) / held).toFixed(1)} %`;
  const many = (tile: Tile): string => (tile.objects > 1 ? `${count(tile.objects)} × ${tile.name}` : tile.name);
  const tileTip = (tile: Tile | undefined, value: number): HTMLElement => {
    if (tile === undefined) return tip("What retains less than a tile, and what holders have themselves", [{ name: "together", value: bytes(value) }]);
    return tip(many(tile), [
      ...(tile.site === null ? [] : [{ name: "allocated at", value: sites.at(tile.site) ?? "" }]),
      { name: "retains", value: `${bytes(tile.retained)}, ${share(tile.retained)}` },
      { name: "its own", value: bytes(tile.bytes) },
      ...(tile.through.length > 0 ? [{ name: "held through", value: tile.through.join(" → ") }] : []),
    ]);
  };
  const showWay = (): void => {
    const steps: Tile[] = [];
    for (let tile = tileOf(root); tile !== undefined; tile = tileOf(tile.parent)) steps.unshift(tile);
    way.replaceChildren(
      button("all", () => zoom(null), { class: "small" }),
      ...steps.flatMap((tile) => [" › ", button(tile.name, () => zoom(tile.id), { class: "small" })]),
    );
    way.hidden = root === null;
  };
  const rows = (parent: number | null, depth: number): (Node | string)[][] =>
    (below.get(parent) ?? []).flatMap((tile) => {
      const name = el("span", { class: "name" }, [...tile.through, many(tile)].join(" → "));
      name.style.paddingInlineStart = `${depth * 1.2}em`;
      const into = below.has(tile.id) ? button("Zoom in", () => zoom(tile.id), { class: "small", "aria-label": `Zoom into ${tile.name}` }) : "";
      const objects = tile.objects > 0 ? count(tile.objects) : "";
      const row = [name, sites.linked(tile.site), objects, bytes(tile.retained), share(tile.retained), into];
      return [row, ...rows(tile.id, depth + 1)];
    });

  chart.onClick(({ data, event }) => {
    const tile = byId.get(Number((data as { id?: string }).id));
    if (tile === undefined) return;
    const inside = below.has(tile.id) && tile.id !== root;
    const shift = (event?.event as unknown as MouseEvent | undefined)?.shiftKey === true;
    if (inside && (shift || !sites.canJump(tile.site))) zoom(tile.id);
    else sites.jump(tile.site);
  });
  chart.onResize(() => draw());

  const element = section("holders", {
    title: "Retained size by holder",
    about:
      `What would be free if an object went away, of the ${bytes(held)} that are reachable: a tile is as large as what its objects retain, and lies in what holds it. A click goes to the line that allocated the holder; a click with Shift zooms in, and so does one on a holder without a line.`,
    body: [way, chart.element],
    table,
  });
  return { element, draw };
}

/** Which of the tiles under the roots a tile lies in: they have their colours in that order. */
function topIndex(tile: Tile, byId: Map<number, Tile>, below: Map<number | null, Tile[]>): number {
  let top = tile;
  while (top.parent !== null) top = byId.get(top.parent) ?? { ...top, parent: null };
  return (below.get(null) ?? []).indexOf(top);
}

/** The deeper a tile lies, the stronger its colour; far down, another one than around it. */
function shade(colour: string, depth: number, colours: Theme): string {
  return over(colour, colours.surface, SHADES[depth < SHADES.length ? depth : SHADES.length - 2 + (depth % 2)] ?? 0);
}

/** What has no tile of its own: in the colour of the tile that it lies in. */
function restNode(value: number, labelled: boolean, inside: string | undefined, depth: number, colours: Theme): { value: number; [key: string]: unknown } {
  return {
    name: "others",
    value,
    label: { show: labelled, color: colours.muted, formatter: () => "all others" },
    itemStyle: { color: inside === undefined ? over(colours.others, colours.surface, 0.3) : shade(inside, depth - 1, colours) },
    cursor: "default",
  };
}

/** A class without its modules, where the name is long. */
function short(name: string): string {
  const last = name.lastIndexOf("::");
  return name.length > 30 && last > 0 ? `…${name.slice(last)}` : name;
}

function describe(held: number, top: readonly Tile[]): string {
  const largest = top.slice(0, 3).map((tile) => `${tile.name} ${bytes(tile.retained)}`);
  return `Treemap: what retains the ${bytes(held)} that are reachable. The largest: ${largest.join(", ")}. The table below has all tiles.`;
}
