/** How much of the database questions about many runs may take, so that look-ups by key and writes have the rest. */
export type AsideLimits = {
  /** Of them at once. */
  readonly atOnce: number;
  /** After which a dear one is ended. */
  readonly timeoutMs: number;
  /** After which a request waits no longer for its turn. */
  readonly waitMs: number;
};

/** What holds where nothing else is said: a quarter of the connections. */
export function asideLimits(maxConnections: number, given: Partial<AsideLimits> | undefined): AsideLimits {
  return { atOnce: Math.max(1, Math.floor(maxConnections / 4)), timeoutMs: 10_000, waitMs: 13_500, ...given };
}
