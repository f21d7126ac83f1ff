import { type ApiKeyRow, listKeys, noteUses } from '../../storage/api-keys/keys.ts';
import { perDatabase, type Reader, type Writer } from '../../storage/postgres/database.ts';
import { inTurn } from './in-turn.ts';

/** A key that was revoked, on whichever server, is refused after this time at the latest. */
const staleMs = 4_000;
/** From this age on the keys are read anew in the background, while requests go on with what is known. */
const agingMs = 2_000;
/** How long a request waits for keys to be read anew, where some are known: without the database nobody reads or writes anyway. */
const patienceMs = 1_000;
/** A well-formed key that nobody knows is looked for once in this time, for each address. */
const lookAgainMs = 1_000;
const maxAddresses = 10_000;

type Ring = {
  keys: ReadonlyMap<string, ApiKeyRow>;
  readAt: number;
  /** When it was last tried. */
  triedAt: number;
  /** What was read before is out of date. */
  forgottenAt: number;
  reading: Promise<void> | null;
  /** When an address last made us look for a key that nobody knew. */
  lookedFor: Map<string, number>;
  /** Used since it was last noted. */
  used: Set<string>;
};

const ringOf = perDatabase<Ring>(() => ({
  keys: new Map(),
  readAt: Number.NEGATIVE_INFINITY,
  triedAt: Number.NEGATIVE_INFINITY,
  forgottenAt: Number.NEGATIVE_INFINITY,
  reading: null,
  lookedFor: new Map(),
  used: new Set(),
}));

function readKeys(db: Reader): Promise<void> {
  const ring = ringOf(db);
  ring.reading ??= inTurn(db, async () => {
    const begun = performance.now();
    ring.triedAt = begun;
    const rows = await listKeys(db);
    ring.keys = new Map(rows.map((row) => [row.id, row]));
    ring.readAt = ring.forgottenAt > begun ? begun - staleMs : begun;
  }).finally(() => {
    ring.reading = null;
  });
  return ring.reading;
}

/**
 * What is known of keys is not older than some seconds; nothing to wait for as long as there are requests. While the database
 * is away, what was known last is believed.
 * @throws what is wrong with the database, where nothing was ever known.
 */
export function freshen(db: Reader): Promise<void> | null {
  const ring = ringOf(db);
  const now = performance.now();
  const age = now - ring.readAt;
  if (age <= agingMs || (age < Number.POSITIVE_INFINITY && now - ring.triedAt < lookAgainMs)) return null;
  if (age === Number.POSITIVE_INFINITY) return readKeys(db);
  const reading = readKeys(db).catch(() => {});
  if (age < staleMs) return null;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  return Promise.race([reading, late]).finally(() => clearTimeout(timer));
}

/** What is known is out of date, as a key was made or revoked by this server. */
export function forgetKeys(db: Reader): void {
  const ring = ringOf(db);
  ring.forgottenAt = performance.now();
  ring.readAt = Math.min(ring.readAt, ring.forgottenAt - staleMs);
  ring.triedAt = Number.NEGATIVE_INFINITY;
}

/** Whether there are keys, be they revoked: then callers need one. Of what is known. */
export function hasKeys(db: Reader): boolean {
  return ringOf(db).keys.size > 0;
}

/** The key of this id, of what is known. */
export function findKey(db: Reader, id: string): ApiKeyRow | null {
  return ringOf(db).keys.get(id) ?? null;
}

/** Looks for a key that nobody knows, which may be new; not more than once a second for each address. */
export async function lookForKey(db: Reader, id: string, address: string): Promise<ApiKeyRow | null> {
  const { lookedFor } = ringOf(db);
  const now = performance.now();
  if (now - (lookedFor.get(address) ?? Number.NEGATIVE_INFINITY) < lookAgainMs) return null;
  if (lookedFor.size >= maxAddresses) lookedFor.clear();
  lookedFor.set(address, now);
  await readKeys(db);
  return findKey(db, id);
}

/** Notes that a key was used; written down by `writeUses`, off the path of requests. */
export function noteUse(db: Reader, id: string): void {
  ringOf(db).used.add(id);
}

/** Writes down when keys were last used, to the minute. */
export async function writeUses(db: Writer): Promise<void> {
  const { used } = ringOf(db);
  if (used.size === 0) return;
  const ids = [...used];
  used.clear();
  await noteUses(db, ids, new Date());
}
