import { badInput } from '../errors.ts';
import { findLatest } from '../storage/entries/latest.ts';
import {
  type SeriesQuestion,
  type SeriesRow,
  type SeriesScope,
  readSeries as selectSeries,
} from '../storage/entries/series.ts';
import type { Reader } from '../storage/postgres/database.ts';
import type { RunRow, StepRow } from '../storage/rows.ts';
import { requireRun } from './find-run.ts';
import { findStep } from './find-step.ts';
import { normalizeLookupKey } from './metadata-key.ts';
import { splitQualified } from './qualified-key.ts';

const maxSeriesPoints = 10_000;
const maxRefs = 100;
const maxKeys = 20;

export type SeriesOptions = {
  /** 2 to 10,000; default 500. */
  maxPoints?: number | null | undefined;
  x?: SeriesQuestion['axis'] | null | undefined;
  from?: number | null | undefined;
  to?: number | null | undefined;
};

/** The curve of a key of a run, or of one of its steps. */
export type Series = SeriesRow & { run: RunRow | null; runId: string; step: StepRow | null; key: string };

/**
 * The numbers that a step logged under a key, thinned out to at most `maxPoints` without losing the shape of the curve.
 * @throws BAD_USER_INPUT for another number of points.
 */
export async function readStepSeries(db: Reader, step: StepRow, key: string, options: SeriesOptions): Promise<Series> {
  const question = parseQuestion(options);
  const wanted = normalizeLookupKey(key);
  const scopes = wanted === null ? [] : [{ runId: step.runId, scopeId: step.id, key: wanted }];
  const [row = { total: 0, min: null, max: null, points: [] }] = await selectSeries(db, scopes, question);
  return { ...row, run: null, runId: step.runId, step, key };
}

/**
 * The curves of many runs, in order of the runs and then of the keys; runs and keys without numbers give none. A plain key
 * means the run with the newest attempts of its steps, `step::key` that step, as for the latest value.
 * @throws BAD_USER_INPUT for more than 100 runs or 20 keys, or another number of points; NOT_FOUND, AMBIGUOUS.
 */
export async function readSeries(
  db: Reader,
  refs: readonly string[],
  keys: readonly string[],
  options: SeriesOptions,
): Promise<Series[]> {
  const question = parseQuestion(options);
  if (refs.length > maxRefs) throw badInput(`There are ${refs.length} refs; at most ${maxRefs} are taken at once.`);
  if (keys.length > maxKeys) throw badInput(`There are ${keys.length} keys; at most ${maxKeys} are taken at once.`);
  const runs = await Promise.all(refs.map((ref) => requireRun(db, ref)));
  const found = await Promise.all(runs.flatMap((run) => keys.map((key) => findScope(db, run, key))));
  const curves = found.filter((curve) => curve !== null);
  if (curves.length === 0) return [];
  const rows = await selectSeries(
    db,
    curves.map(({ scope }) => scope),
    question,
  );
  return curves
    .map(({ run, step, key }, index) => ({ ...rows[index]!, run, runId: run.id, step, key }))
    .filter(({ total }) => total > 0);
}

type Curve = { run: RunRow; step: StepRow | null; key: string; scope: SeriesScope };

async function findScope(db: Reader, run: RunRow, key: string): Promise<Curve | null> {
  const literal = normalizeLookupKey(key);
  const qualified = splitQualified(key);
  const own = literal === null ? null : { runId: run.id, scopeId: run.id, key: literal };
  if (!qualified) return own && { run, step: null, key, scope: { ...own, scopeId: null } };
  if (own && (await findLatest(db, own))) return { run, step: null, key, scope: own };
  const ofStep = normalizeLookupKey(qualified.key);
  const step = ofStep === null ? null : await findStep(db, run.id, qualified.step);
  return step && ofStep !== null ? { run, step, key, scope: { runId: run.id, scopeId: step.id, key: ofStep } } : null;
}

function parseQuestion({ maxPoints, x, from, to }: SeriesOptions): SeriesQuestion {
  const count = maxPoints ?? 500;
  if (count < 2 || count > maxSeriesPoints)
    throw badInput(`maxPoints is ${count}; a series has 2 to ${maxSeriesPoints} points.`);
  return { maxPoints: count, axis: x ?? 'AUTO', from: from ?? null, to: to ?? null };
}
