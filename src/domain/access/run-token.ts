import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { listSigningKeys, rotateSigningKeys, type SigningKeyRow } from '../../storage/api-keys/signing-keys.ts';
import { perDatabase, type Reader, type Writer } from '../../storage/postgres/database.ts';
import { inTurn } from './in-turn.ts';

// rlt_<what it may, as JSON in base64url>.<HMAC-SHA256 of that>: signed and not stored. The newest key signs; older ones verify
// for as long as a token of theirs can last.

/** What every run token begins with. */
export const tokenPrefix = 'rlt_';

/** What a token lets its bearer do: log to a run, or to one step of it, until then. */
export type TokenClaims = { runId: string; stepId: string | null; expiresAt: number };

export const longestTokenDays = 30;
const signDays = 30;
const lookAgainMs = 1_000;

type Signers = { keys: SigningKeyRow[]; readAt: number; reading: Promise<void> | null };

const signersOf = perDatabase<Signers>(() => ({ keys: [], readAt: Number.NEGATIVE_INFINITY, reading: null }));

async function readSigners(db: Reader): Promise<SigningKeyRow[]> {
  const signers = signersOf(db);
  signers.reading ??= inTurn(db, async () => {
    signers.keys = await listSigningKeys(db);
    signers.readAt = performance.now();
  }).finally(() => {
    signers.reading = null;
  });
  await signers.reading;
  return signers.keys;
}

/** Makes the first signing key, and a new one after a month. */
async function rotate(db: Writer): Promise<void> {
  await rotateSigningKeys(db, randomBytes(32), { signDays, keepDays: signDays + longestTokenDays });
}

/** A token with these claims. */
export async function signToken(db: Writer, { runId, stepId, expiresAt }: TokenClaims): Promise<string> {
  const day = 86_400_000;
  let [key] = await readSigners(db);
  if (!key || Date.now() - key.createdAt.getTime() > signDays * day) {
    await rotate(db);
    [key] = await readSigners(db);
  }
  const claims = { k: key!.id, r: runId, ...(stepId === null ? {} : { s: stepId }), e: Math.floor(expiresAt / 1_000) };
  const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${tokenPrefix}${body}.${signature(key!, body).toString('base64url')}`;
}

/** The claims of a token that we signed and that has not expired; null for anything else. */
export async function verifyToken(db: Reader, token: string): Promise<TokenClaims | null> {
  const [, body, signed] = /^rlt_([A-Za-z0-9_-]{20,400})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? [];
  const claims = body === undefined ? null : parseClaims(body);
  if (!claims) return null;
  const key = await findSigner(db, claims.k);
  if (!key || !timingSafeEqual(signature(key, body!), Buffer.from(signed!, 'base64url'))) return null;
  const expiresAt = claims.e * 1_000;
  return expiresAt > Date.now() ? { runId: claims.r, stepId: claims.s ?? null, expiresAt } : null;
}

/** A key that is not known may be new; it is looked for at most once a second. */
async function findSigner(db: Reader, id: number): Promise<SigningKeyRow | null> {
  const signers = signersOf(db);
  const known = signers.keys.find((key) => key.id === id);
  if (known || performance.now() - signers.readAt < lookAgainMs) return known ?? null;
  return (await readSigners(db)).find((key) => key.id === id) ?? null;
}

function signature(key: SigningKeyRow, body: string): Buffer {
  return createHmac('sha256', key.secret)
    .update(tokenPrefix + body)
    .digest();
}

function parseClaims(body: string): { k: number; r: string; s?: string; e: number } | null {
  try {
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    const isWhole = Number.isInteger(claims.k) && Number.isInteger(claims.e) && typeof claims.r === 'string';
    return isWhole && ['string', 'undefined'].includes(typeof claims.s) ? claims : null;
  } catch {
    return null;
  }
}
