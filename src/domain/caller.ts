import { allInSight, type Sight } from '../storage/sight.ts';

/** What a caller may do. READ: queries and subscriptions. WRITE: start, finish, log. ADMIN: both, retract, delete, keys. */
export type Scope = 'READ' | 'WRITE' | 'ADMIN';

/** Who asks. It is settled once, where a request comes in, and handed down: nothing below the edge reads headers. */
export type Caller = {
  kind: 'anonymous' | 'key' | 'token' | 'jwt';
  /** For people: the name of the key, the subject of the JWT. */
  name: string;
  scopes: ReadonlySet<Scope>;
  /** What it may see, and write to. */
  sight: Sight;
  /** The pipelines as they were given, for people; null for all. */
  pipelines: readonly string[] | null;
  /** The id of the key. */
  keyId: string | null;
  /** In milliseconds since 1970; null for never. */
  expiresAt: number | null;
};

/** Whoever reaches the service, where it asks for no key. */
export const anonymous: Caller = {
  kind: 'anonymous',
  name: 'anonymous',
  scopes: new Set(['READ', 'WRITE', 'ADMIN']),
  sight: allInSight,
  pipelines: null,
  keyId: null,
  expiresAt: null,
};

/** Whether the scopes of a caller have this one in them: ADMIN has all. */
export function hasScope({ scopes }: Caller, scope: Scope): boolean {
  return scopes.has(scope) || scopes.has('ADMIN');
}

const sights = new Map<string, Sight>();
const maxSights = 1_000;

/**
 * What pipelines leave in sight: each is a name, or with a `*` at its end the beginning of names. The same list gives the
 * same sight, so that those who see the same share their look-ups.
 */
export function sightOfPipelines(pipelines: readonly string[] | null): Sight {
  if (pipelines === null) return allInSight;
  const id = JSON.stringify([...pipelines].sort());
  let sight = sights.get(id);
  if (!sight) {
    const names = pipelines.filter((name) => !name.endsWith('*'));
    const prefixes = pipelines.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
    sight = { of: 'pipelines', names, prefixes };
    if (sights.size >= maxSights) sights.clear();
    sights.set(id, sight);
  }
  return sight;
}

/** The same of a list that is empty where nobody named any: it leaves all in sight. */
export function sightOfNamed(pipelines: readonly string[]): Sight {
  return sightOfPipelines(pipelines.length > 0 ? pipelines : null);
}
