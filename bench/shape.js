/**
 * How the benchmark's data look: every run has so many steps, every step one value under each of 20 keys, but `curve`
 * values under `loss`. Ids are made from numbers, so that any process (a Lua script, pgbench) can pick a random run, step
 * and key without asking for it.
 * @typedef {{ of: 'entries' | 'runs' | 'curves', runs: number, steps: number, curve: number, entries: number }} Shape
 */

/** Keys of every step. The first two are what dashboards show, filter and sort by. */
export const keys = [
  'accuracy',
  'loss',
  ...Array.from({ length: 18 }, (_, n) => `metric_${String(n + 3).padStart(2, '0')}`),
];

/**
 * The shape of about `entries` entries: 100 a step, in small ledgers 1 step a run, in large ones 5.
 * @param {number} entries
 * @returns {Shape}
 */
export function shapeOfEntries(entries) {
  const steps = entries < 100_000 ? 1 : 5;
  return shapeOf('entries', Math.max(50, Math.round(entries / (steps * 100))), steps, 100 - keys.length + 1);
}

/**
 * The shape of a dashboard's ledger: so many runs with one step and one value for each of 20 keys.
 * @param {number} runs
 * @returns {Shape}
 */
export const shapeOfRuns = (runs) => shapeOf('runs', runs, 1, 1);

/** What is compared and drawn: so many runs, each with two curves of 1,000 points and a value under 50 keys of its own. */
export const shapeOfCurves = () => shapeOf('curves', 100, 1, 1);
export const curves = { points: 1_000, compared: 50 };

/** @param {Shape['of']} of @param {number} runs @param {number} steps @param {number} curve @returns {Shape} */
const shapeOf = (of, runs, steps, curve) => ({
  of,
  runs,
  steps,
  curve,
  entries: runs * steps * (keys.length - 1 + curve),
});

/** As titles have it. */
export const sizeOf = (/** @type {Shape} */ { of, runs, entries }) =>
  ({
    entries: `${entries.toLocaleString('en')} entries`,
    runs: `${runs.toLocaleString('en')} runs × ${keys.length} keys`,
    curves: `${runs} runs × 2 curves of ${curves.points.toLocaleString('en')} points and ${curves.compared} keys`,
  })[of];

const hex = (/** @type {number} */ number, /** @type {number} */ digits) => number.toString(16).padStart(digits, '0');

/** The id of a run, counted from 0. */
export const runId = (/** @type {number} */ run) => `${hex(run, 8)}-0000-7000-8000-000000000000`;

/** The id of a run's step, counted from 1. */
export const stepId = (/** @type {number} */ run, /** @type {number} */ step) =>
  `${hex(run, 8)}-${hex(step, 4)}-7000-8000-000000000000`;
