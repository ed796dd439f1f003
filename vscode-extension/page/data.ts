// What the page draws, as server/heapline/export/overview.py writes it.

/** A line of code. `link` opens it from a file, `placed` says that it is there to go to, `own` that the workspace has it. */
export interface Site {
  at: string;
  method: string | null;
  link: string | null;
  placed: boolean;
  own: boolean;
}

/** One colour of a chart: of a site, of a class by its name, or of all others. */
export interface Series {
  site: number | null;
  name: string | null;
  objects: number[];
  bytes: number[];
}

export interface Timeline {
  periods: [number, number][];
  boot: number | null;
  bySite: Series[];
  byClass: Series[];
}

export interface Tile {
  id: number;
  parent: number | null;
  site: number | null;
  name: string;
  through: string[];
  objects: number;
  bytes: number;
  retained: number;
}

export interface Row {
  site: number | null;
  name: string | null;
  values: (number | null)[];
  words: (string | null)[];
}

export interface Metric {
  name: string;
  counts: boolean;
  whole: number | null;
}

export interface Top {
  metrics: Metric[];
  lines: Row[];
  gems: Row[];
  classes: Row[];
}

export interface Growth {
  names: string[];
  generations: (number | null)[];
  total: Series;
  bySite: Series[];
  byClass: Series[];
}

export interface Suspect {
  site: number | null;
  name: string;
  score: number;
  text: string;
  evidence: string[];
  path: string[];
}

export interface Overview {
  name: string;
  path: string;
  format: string;
  version: string;
  facts: [string, string][];
  notes: string[];
  suspects: { unknown: string | null; found: Suspect[] } | null;
  timeline: Timeline | string;
  holders: { held: number; tiles: Tile[] } | string;
  top: Top;
  growth: Growth | null;
  sites: Record<string, Site>;
}
