import { notFound, RunledgerError } from '../errors.ts';
import type { Reader } from '../storage/postgres/database.ts';
import type { RunRow } from '../storage/rows.ts';
import { findRunCandidates, type RunQuestion } from '../storage/runs/find-run.ts';
import { isTooLong, looksLikeId, normalizeName } from './names.ts';
import { textRange } from './text-range.ts';
import { quote } from './value/quote.ts';
import { isStorableText } from './value/storable.ts';

const maxListed = 5;

/**
 * The run that `ref` means: 32 hex digits (hyphens or not) are an id and nothing else; else the run with exactly this
 * name; else the only run whose name or id starts with it. Null when there is none.
 * @throws AMBIGUOUS naming up to five candidates when several start with it.
 */
export async function findRun(db: Reader, ref: string): Promise<RunRow | null> {
  const question = parseRunRef(ref);
  if (!question) return null;
  const candidates = await findRunCandidates(db, question);
  if (candidates.length <= 1) return candidates[0] ?? null;
  const listed = candidates.slice(0, maxListed).map((run) => `${run.name} (${run.id})`);
  throw new RunledgerError(
    'AMBIGUOUS',
    `${quote(ref)} is the beginning of several runs: ${listed.join(', ')}${candidates.length > maxListed ? ', and more' : ''}. Give more characters of the name or id.`,
    { candidates: candidates.slice(0, maxListed).map(({ id, name }) => ({ id, name })) },
  );
}

/** As `findRun`, for callers that cannot go on without. @throws NOT_FOUND, AMBIGUOUS. */
export async function requireRun(db: Reader, ref: string): Promise<RunRow> {
  const run = await findRun(db, ref);
  if (!run) {
    throw notFound(
      `There is no run whose id or name is ${quote(ref)}, or starts with it. Start it with startRun, or look at pipelineRuns.`,
    );
  }
  return run;
}

/** How the reference may be meant; null when no run can be meant by it. */
function parseRunRef(ref: string): RunQuestion | null {
  if (ref === '' || !isStorableText(ref)) return null;
  const name = normalizeName(ref);
  if (isTooLong(name)) return null;
  if (looksLikeId(ref)) {
    const id = hyphenate(ref.replaceAll('-', '').toLowerCase());
    return { id, name: null, namePrefix: null, idPrefix: null };
  }
  return {
    id: null,
    name,
    namePrefix: textRange(name),
    idPrefix: idBounds(ref.toLowerCase()),
  };
}

function hyphenate(hex: string) {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The least and greatest id that start with these digits, written with hyphens where ids have them, or with none. */
function idBounds(prefix: string): { from: string; to: string } | null {
  const compact = prefix.replaceAll('-', '');
  if (!/^[0-9a-f]{1,31}$/.test(compact)) return null;
  const from = hyphenate(compact.padEnd(32, '0'));
  if (prefix !== compact && !from.startsWith(prefix.replace(/-$/, ''))) return null;
  if (prefix.endsWith('-') && from[prefix.length - 1] !== '-') return null;
  return { from, to: hyphenate(compact.padEnd(32, 'f')) };
}
