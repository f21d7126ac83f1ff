import type { Logger } from 'pino';
import { createGate, type Gate } from '../domain/access/gate.ts';
import { listApiKeys } from '../domain/access/list-api-keys.ts';
import { createJwtVerifier } from '../http/jwt.ts';
import type { Database } from '../storage/postgres/database.ts';
import { isLoopback } from './listen-on.ts';
import { type Settings, SettingsError } from './settings.ts';

/**
 * The gate that the settings ask for. Without any key, whoever reaches the service may do everything: that is said, and on
 * another address than loopback it is refused unless it is asked for.
 * @throws SettingsError.
 */
export async function openGate(db: Database, settings: Settings, log: Logger): Promise<Gate> {
  const verifyJwt = createVerifier(settings);
  const { HOST, ALLOW_ANONYMOUS, RUNLEDGER_ADMIN_KEY: adminKey } = settings;
  const isClosed =
    adminKey !== undefined || verifyJwt !== undefined || (!ALLOW_ANONYMOUS && (await listApiKeys(db, true)).length > 0);
  if (!ALLOW_ANONYMOUS && !isClosed && !isLoopback(HOST)) {
    throw new SettingsError([
      `HOST=${HOST} can be reached by others, and there is no key yet: whoever reaches the service could do everything.`,
      'Set RUNLEDGER_ADMIN_KEY, or make a key with "runledger keys bootstrap", or set AUTH_ISSUER; or ALLOW_ANONYMOUS=true where something else guards it.',
    ]);
  }
  if (ALLOW_ANONYMOUS) log.warn('ALLOW_ANONYMOUS: whoever reaches this service may do everything');
  else if (!isClosed) log.info('there is no key yet: whoever reaches this service may do everything');
  const anonymous = ALLOW_ANONYMOUS ? 'always' : isLoopback(HOST) ? 'untilKeys' : 'never';
  const gate = createGate(db, { anonymous, adminKey, verifyJwt });
  await gate.ready();
  return gate;
}

function createVerifier(settings: Settings) {
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, AUTH_JWKS_URL: jwksUrl } = settings;
  if (issuer === undefined && audience === undefined && jwksUrl === undefined) return undefined;
  if (issuer === undefined || audience === undefined || jwksUrl === undefined)
    throw new SettingsError(['AUTH_ISSUER, AUTH_AUDIENCE and AUTH_JWKS_URL belong together: give all three, or none.']);
  const { AUTH_SCOPES_CLAIM: scopesClaim, AUTH_PIPELINES_CLAIM: pipelinesClaim } = settings;
  return createJwtVerifier({ issuer, audience, jwksUrl, scopesClaim, pipelinesClaim });
}
