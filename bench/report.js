/** The value in the middle. */
export function median(/** @type {number[]} */ values) {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : /** @type {number} */ (sorted[Math.floor(sorted.length / 2)]);
}

/** The value below which this share of the values lies. */
export function percentile(/** @type {number[]} */ values, /** @type {number} */ share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A ratio as a person reads it: `2.53 ×`; a dash where there is none. */
export const ratio = (/** @type {number} */ value) =>
  Number.isFinite(value) ? `${value.toFixed(value < 10 ? 2 : 1)} ×` : '–';

/**
 * A table in Markdown, its columns padded so that it reads as it is.
 * @param {string[]} head @param {string[][]} rows
 */
export function table(head, rows) {
  const widths = head.map((cell, at) => Math.max(cell.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, at) => (at === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
