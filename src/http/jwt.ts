import type { JWTVerifyGetKey } from 'jose';
import { type Caller, type Scope, sightOfPipelines } from '../domain/caller.ts';
import { unavailable } from '../errors.ts';

export type JwtOptions = {
  issuer: string;
  audience: string;
  jwksUrl: string;
  /** The claim that has the scopes: a text with blanks between them, or a list. */
  scopesClaim: string;
  /** The claim that has the pipelines; where it is missing, all. */
  pipelinesClaim: string;
};

/** How long the keys of the issuer are believed without asking again; a key that is not among them is asked for at once. */
const keysAreFreshMs = 600_000;

/** Only asymmetric ones: `none` and a shared secret are no proof. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/**
 * Tells who bears a JWT that the issuer signed for us, with a key of its JWKS: signature, issuer, audience and time are checked.
 * While the issuer cannot be reached, the keys that it had go on being believed.
 */
export function createJwtVerifier(options: JwtOptions): (token: string) => Promise<Caller | null> {
  const { issuer, audience, scopesClaim, pipelinesClaim } = options;
  let loaded: ReturnType<typeof load> | undefined;
  return async (token) => {
    loaded ??= load(new URL(options.jwksUrl));
    const { jwtVerify, errors, keys } = await loaded;
    try {
      const checks = { issuer, audience, algorithms, requiredClaims: ['exp', 'sub'], clockTolerance: 5 };
      const { payload } = await jwtVerify(token, keys, checks);
      const pipelines = readPipelines(payload[pipelinesClaim]);
      const scopes = readScopes(payload[scopesClaim]);
      if (pipelines === undefined || scopes.size === 0) return null;
      return {
        kind: 'jwt',
        name: String(payload.sub),
        scopes,
        sight: sightOfPipelines(pipelines),
        pipelines,
        keyId: null,
        expiresAt: payload.exp! * 1_000,
      };
    } catch (error) {
      if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) return null;
      throw unavailable('The issuer of JWTs cannot be reached, so it is not known who asks. Try again.', {
        cause: error,
      });
    }
  };
}

/** The library, which a service without an issuer has no use for, and the issuer's keys. */
async function load(url: URL) {
  const library = await import('jose');
  return { ...library, keys: surviveOutages(library, url) };
}

/** The issuer's keys, from its address; the last answer stays good while there is no other. */
function surviveOutages({ createRemoteJWKSet, customFetch }: typeof import('jose'), url: URL): JWTVerifyGetKey {
  let last: string | null = null;
  return createRemoteJWKSet(url, {
    cacheMaxAge: keysAreFreshMs,
    cooldownDuration: 5_000,
    timeoutDuration: 3_000,
    [customFetch]: async (address: string, init?: RequestInit) => {
      try {
        const response = await fetch(address, init);
        if (response.status !== 200) throw new Error(`The issuer's keys are answered with ${response.status}.`);
        last = await response.text();
      } catch (error) {
        if (last === null) throw error;
      }
      return new Response(last, { headers: { 'content-type': 'application/json' } });
    },
  });
}

const scopes: readonly Scope[] = ['READ', 'WRITE', 'ADMIN'];

function readScopes(claim: unknown): Set<Scope> {
  const words = typeof claim === 'string' ? claim.split(/\s+/) : Array.isArray(claim) ? claim.map(String) : [];
  const known = words.map((word) => word.replace(/^runledger[:.]/i, '').toUpperCase());
  return new Set(scopes.filter((scope) => known.includes(scope)));
}

/** Undefined for a claim that cannot be read: it was to narrow, so it must not be passed over. */
function readPipelines(claim: unknown): string[] | null | undefined {
  if (claim === undefined || claim === null) return null;
  const names = typeof claim === 'string' ? claim.split(/\s+/) : claim;
  if (!Array.isArray(names) || names.length === 0) return undefined;
  return names.every((name) => typeof name === 'string' && name !== '' && name !== '*')
    ? names.map((name: string) => name.normalize('NFC'))
    : undefined;
}
