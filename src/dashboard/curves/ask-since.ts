import { ask } from '../api/ask.ts';
import type { Operation } from '../generated/operations.ts';
import type { Curve } from './points.ts';

/** As many runs as a query may have aliases. */
const maxRuns = 100;

const fields =
  'key run { id name pipeline status startedAt endedAt failure { type message traceback } } step { name attempt } total min max points { value iteration loggedAt }';

type Stretch = { readonly from: number | undefined; readonly to: number | undefined };

/**
 * The curves of runs within a part of the time since each run's own start, in seconds: for every run that is another
 * stretch of time, so it is one question of as many parts as there are runs.
 */
export async function askSince(
  runs: readonly Curve['run'][],
  keys: readonly string[],
  maxPoints: number,
  { from, to }: Stretch,
  signal: AbortSignal,
): Promise<readonly Curve[]> {
  const asked = runs.slice(0, maxRuns);
  const types = asked.map((_, at) => `, $r${at}: [String!]!, $f${at}: Float, $t${at}: Float`).join('');
  const parts = asked.map(
    (_, at) =>
      `s${at}: series(refs: $r${at}, keys: $keys, maxPoints: $maxPoints, x: LOGGED_AT, from: $f${at}, to: $t${at}) { ${fields} }`,
  );
  const text = `query SeriesSince($keys: [String!]!, $maxPoints: Int!${types}) { ${parts.join(' ')} }`;
  const bound = (run: Curve['run'], seconds: number | undefined) =>
    seconds === undefined ? null : Date.parse(run.startedAt) + seconds * 1_000;
  const variables = Object.fromEntries(
    asked.flatMap((run, at) => [
      [`r${at}`, [run.id]],
      [`f${at}`, bound(run, from)],
      [`t${at}`, bound(run, to)],
    ]),
  );
  const operation = text as Operation<Record<string, readonly Curve[]>, Record<string, unknown>>;
  return Object.values(await ask(operation, { keys, maxPoints, ...variables }, signal)).flat();
}
