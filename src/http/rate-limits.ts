import type { Caller } from '../domain/caller.ts';
import { type RunledgerError, rateLimited } from '../errors.ts';

/** What one key may ask for in a minute; any amount where nothing is said. */
export type RateLimits = { requestsAMinute?: number | undefined; bytesAMinute?: number | undefined };

/** Counts what is asked for. Throws RATE_LIMITED, with when to try again, for what is more than a key may. */
export type Meter = {
  countRequest(caller: Caller, address: string): void;
  /** Of a body: as soon as it is known how long it is. */
  countBytes(caller: Caller, address: string, bytes: number): void;
};

/** More callers than this, and those that have asked for nothing lately are forgotten. */
const maxBuckets = 10_000;

/**
 * Each key has a bucket that holds what it may ask for in a minute, and fills up again evenly: nothing to be tidied up, no turn
 * of a minute at which twice as much goes through. Whoever shows no key is counted by address. Each process counts for itself.
 */
export function createMeter({ requestsAMinute, bytesAMinute }: RateLimits, now = () => performance.now()): Meter {
  const requests = requestsAMinute === undefined ? null : createBuckets(requestsAMinute, now);
  const bytes = bytesAMinute === undefined ? null : createBuckets(bytesAMinute, now);
  return {
    countRequest(caller, address) {
      const waitMs = requests?.(ownerOf(caller, address), 1) ?? 0;
      if (waitMs > 0) throw tooMany('requests', requestsAMinute!, 'RATE_LIMIT_REQUESTS', waitMs);
    },
    countBytes(caller, address, count) {
      if (bytesAMinute !== undefined && count > bytesAMinute)
        throw rateLimited(
          `This request has ${count} bytes, and a key may send ${bytesAMinute} in a minute (RATE_LIMIT_BYTES): split it.`,
          60,
        );
      const waitMs = bytes?.(ownerOf(caller, address), count) ?? 0;
      if (waitMs > 0) throw tooMany('bytes', bytesAMinute!, 'RATE_LIMIT_BYTES', waitMs);
    },
  };
}

type Bucket = { left: number; at: number };

/** Takes so much out of the bucket of an owner; gives how long to wait for it, in milliseconds, where there is too little: 0 when taken. */
function createBuckets(aMinute: number, now: () => number): (owner: string, count: number) => number {
  const buckets = new Map<string, Bucket>();
  const perMs = aMinute / 60_000;
  return (owner, count) => {
    const at = now();
    let bucket = buckets.get(owner);
    if (bucket) {
      bucket.left = Math.min(aMinute, bucket.left + (at - bucket.at) * perMs);
      bucket.at = at;
    } else {
      if (buckets.size >= maxBuckets) forgetIdle(buckets, at);
      bucket = { left: aMinute, at };
      buckets.set(owner, bucket);
    }
    if (bucket.left < count) return (count - bucket.left) / perMs;
    bucket.left -= count;
    return 0;
  };
}

/** Whoever was idle for a minute has a full bucket, as has one who is not known. */
function forgetIdle(buckets: Map<string, Bucket>, at: number): void {
  for (const [owner, bucket] of buckets) if (at - bucket.at >= 60_000) buckets.delete(owner);
  if (buckets.size >= maxBuckets) buckets.clear();
}

/** Who pays. The tokens of one run pay together: they are made for the asking. */
function ownerOf({ kind, keyId, name, sight }: Caller, address: string): string {
  if (kind === 'anonymous') return `address ${address}`;
  if (kind === 'token' && sight.of === 'run') return `run ${sight.runId}`;
  return keyId === null ? `${kind} ${name}` : `key ${keyId}`;
}

function tooMany(what: string, limit: number, setting: string, waitMs: number): RunledgerError {
  const seconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return rateLimited(
    `Too many ${what}: this key may have ${limit} in a minute (${setting}). Nothing was done; try again in ${seconds} s.`,
    seconds,
  );
}
