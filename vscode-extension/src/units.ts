// Numbers as people read them, the same as the server's (server/heapline/units.py).
const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/** Bytes in decimal units: 999 B, 1.2 kB, 45 MB. */
export function bytes(number: number): string {
  let size = number;
  let unit = 0;
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size.toFixed(unit === 0 || size >= 9.95 ? 0 : 1)} ${UNITS[unit]}`;
}

/** A count with thousands apart: 4,520. */
export function count(number: number): string {
  return number.toLocaleString("en");
}
