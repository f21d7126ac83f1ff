import type { OptionNames } from './check-options.ts';
import { badInput } from './errors.ts';
import type { MetadataTarget } from './generated/operations.ts';
import { checkName, type Metadata, textsOfEntries, utf8Length } from './metadata-entries.ts';
import { newUuid } from './uuid.ts';

/** Where to log: a step by its id; a step of a run, its newest attempt or another; or a run by its id, name or prefix. */
export type LogTarget =
  | { readonly stepId: string; readonly run?: undefined; readonly stepName?: undefined; readonly attempt?: undefined }
  | { readonly run: string; readonly stepName?: string; readonly attempt?: number; readonly stepId?: undefined };

export interface LogOptions {
  /** The number of the epoch, batch or the like that the values belong to: a whole one of 64 bits; a bigint beyond 2^53. */
  readonly iteration?: number | bigint | undefined;
  /** When it happened. Default: now. */
  readonly loggedAt?: Date | undefined;
}

export const logOptionNames: OptionNames<LogTarget & LogOptions> = {
  stepId: true,
  run: true,
  stepName: true,
  attempt: true,
  iteration: true,
  loggedAt: true,
};

const maxEntries = 1_000;
const maxBytes = 1024 * 1024;

const uuidPattern = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;

/** A UUID in the form the service takes, from one with or without hyphens. Throws when it is not one. */
export function parseId(id: unknown, what: string): string {
  const match = typeof id === 'string' ? uuidPattern.exec(id) : null;
  if (!match) throw badInput(`${what} must be a UUID, not ${JSON.stringify(id)}.`);
  return match.slice(1).join('-').toLowerCase();
}

/** The target in the form the service takes. Throws an InvalidCallError when it names nothing, or two things. */
export function targetOf({ stepId, run, stepName, attempt }: LogTarget): MetadataTarget {
  if (stepId !== undefined) {
    if (run !== undefined || stepName !== undefined || attempt !== undefined)
      throw badInput('logMetadata: stepId names the step by itself. Leave out run, stepName and attempt.');
    return { stepId: parseId(stepId, 'stepId') };
  }
  if (typeof run !== 'string' || run === '')
    throw badInput('logMetadata: run must be the id, name or prefix of a run.');
  if (stepName === undefined) {
    if (attempt !== undefined) throw badInput('logMetadata: attempt needs run and stepName.');
    return { run };
  }
  checkName(stepName, 'step');
  if (attempt === undefined) return { step: { run, name: stepName } };
  if (!Number.isInteger(attempt) || attempt < 1)
    throw badInput(`logMetadata: attempt must be an integer from 1 on, not ${String(attempt)}.`);
  return { step: { run, name: stepName, attempt } };
}

/** Splits entries into requests of at most 1,000 entries and about 1 MiB each. */
function chunksOf(entries: readonly string[]): string[][] {
  const chunks: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const more = utf8Length(entry) + 1;
    const last = chunks.at(-1);
    if (last && last.length < maxEntries && bytes + more <= maxBytes) {
      last.push(entry);
      bytes += more;
    } else {
      chunks.push([entry]);
      bytes = more;
    }
  }
  return chunks;
}

/** What one request logs to one target: JSON texts, and the time. */
export interface LogCall {
  readonly target: string;
  readonly loggedAt: string;
  readonly entries: readonly string[];
}

/**
 * What to log: one call, or several when there is too much for one request. Throws an InvalidCallError for a value that
 * cannot be stored.
 */
export function callsOf(metadata: Metadata, target: MetadataTarget, options: LogOptions = {}): LogCall[] {
  const loggedAt = options.loggedAt ?? new Date();
  if (!(loggedAt instanceof Date) || Number.isNaN(loggedAt.getTime()))
    throw badInput('logMetadata: loggedAt must be a valid Date.');
  const entries = textsOfEntries(metadata, options.iteration);
  const chunks = entries.length === 1 ? [entries] : chunksOf(entries);
  return chunks.map((chunk) => ({
    target: JSON.stringify(target),
    loggedAt: loggedAt.toISOString(),
    entries: chunk,
  }));
}

/** The JSON text of a call as `LogMetadataInput`, with a requestId of its own, so that it can safely be sent again. */
export function textOfCall({ target, loggedAt, entries }: LogCall): string {
  return `{"target":${target},"requestId":"${newUuid()}","loggedAt":"${loggedAt}","entries":[${entries.join(',')}]}`;
}
