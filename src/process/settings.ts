import { z } from 'zod';
import { trustProxies } from '../http/address.ts';

/** Something in the environment is wrong; the message lists all of it. */
export class SettingsError extends Error {
  constructor(problems: string[]) {
    super(`The settings cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

function whole(least: number, most: number, byDefault: number) {
  return z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `is not from ${least} to ${most}`)
    .default(byDefault);
}

const port = z
  .string()
  .regex(/^\d+$/, 'must be a whole number from 0 to 65535')
  .transform(Number)
  .refine((value) => value <= 65_535, 'is not from 0 to 65535')
  .optional();

const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must be a URL that begins with postgresql://')
  .refine(
    (url) => URL.canParse(url),
    'is not a valid URL. Percent-encode characters such as @ : / and blanks in a password; a socket is postgresql://user@localhost/database?host=/its/folder',
  )
  .optional();

const databaseUrls = z
  .string()
  .transform((text) => text.split(',').map((url) => url.trim()))
  .pipe(z.array(databaseUrl.unwrap()))
  .default([]);

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

function flag(byDefault: boolean) {
  return z
    .enum(['true', 'false'], 'is neither "true" nor "false"')
    .default(byDefault ? 'true' : 'false')
    .transform((text) => text === 'true');
}

/** So much a minute; none unless it is said. */
const limit = z
  .string()
  .regex(/^[1-9]\d{0,11}$/, 'must be a whole number of at least 1; leave it out for no limit')
  .transform(Number)
  .optional();

/** For developers: on where only this machine can come, unless it is said. */
const unlessPublic = z.enum(['auto', 'true', 'false'], 'is none of auto, true, false').default('auto');

const schema = z.object({
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: whole(0, 65_535, 4_000),
  DATABASE_URL: databaseUrl,
  MIGRATE_DATABASE_URL: databaseUrl,
  DATABASE_REPLICA_URL: databaseUrls,
  DATABASE_REPLICA_MAX_LAG_MS: whole(100, 3_600_000, 2_000),
  RUNLEDGER_DATA_DIR: z.string().min(1).optional(),
  ALLOWED_ORIGINS: list,
  ALLOWED_HOSTS: list,
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'is none of fatal, error, warn, info, debug, trace, silent',
    )
    .default('info'),
  SLOW_REQUEST_MS: whole(0, 600_000, 1_000),
  METRICS: z.enum(['auto', 'on', 'off'], 'is none of auto, on, off').default('auto'),
  METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  METRICS_PORT: port,
  WORKERS: whole(1, 64, 1),
  MAX_VALUE_BYTES: whole(64, 131_072, 65_536),
  MAX_BODY_BYTES: whole(1_024, 67_108_864, 4_194_304),
  MAX_ENTRIES: whole(1, 10_000, 1_000),
  MAX_QUERY_BYTES: whole(256, 1_048_576, 65_536),
  MAX_QUERY_TOKENS: whole(16, 100_000, 4_000),
  MAX_QUERY_DEPTH: whole(4, 100, 16),
  MAX_QUERY_ALIASES: whole(0, 10_000, 100),
  MAX_QUERY_DIRECTIVES: whole(0, 10_000, 50),
  MAX_QUERY_COST: whole(100, 100_000_000, 100_000),
  DATABASE_CONNECTIONS: whole(2, 500, 10),
  DATABASE_CONNECT_TIMEOUT_MS: whole(100, 600_000, 5_000),
  DATABASE_STATEMENT_TIMEOUT_MS: whole(100, 3_600_000, 12_000),
  DATABASE_PREPARED_STATEMENTS: flag(true),
  DATABASE_WAIT_MS: whole(0, 3_600_000, 30_000),
  MIGRATION_LOCK_TIMEOUT_MS: whole(1_000, 3_600_000, 300_000),
  REQUEST_TIMEOUT_MS: whole(100, 600_000, 15_000),
  LOCK_TIMEOUT_MS: whole(10, 600_000, 2_000),
  SHUTDOWN_TIMEOUT_MS: whole(0, 600_000, 10_000),
  CRASHED_AFTER_SECONDS: whole(1, 2_592_000, 300),
  CHANGES_KEEP_DAYS: whole(1, 3_650, 7),
  RUNS_KEEP_DAYS: whole(0, 36_500, 0),
  HISTORY_KEEP_DAYS: whole(0, 36_500, 0),
  REQUESTS_KEEP_DAYS: whole(0, 36_500, 0),
  RETENTION_PIPELINES: list,
  RUNLEDGER_ADMIN_KEY: z
    .string()
    .min(32, 'is shorter than 32 characters: make one with "openssl rand -hex 32"')
    .regex(/^[\x21-\x7e]+$/, 'has a character that no header can carry, such as a blank or the end of a line')
    .optional(),
  ALLOW_ANONYMOUS: flag(false),
  AUTH_ISSUER: z.string().min(1).optional(),
  AUTH_AUDIENCE: z.string().min(1).optional(),
  AUTH_JWKS_URL: z
    .string()
    .regex(/^https?:\/\//, 'must be a URL that begins with https://')
    .optional(),
  AUTH_SCOPES_CLAIM: z.string().min(1).default('scope'),
  AUTH_PIPELINES_CLAIM: z.string().min(1).default('pipelines'),
  TRUSTED_PROXIES: list.superRefine((items, context) => {
    try {
      trustProxies(items);
    } catch (error) {
      context.addIssue({ code: 'custom', message: `has ${(error as Error).message}` });
    }
  }),
  RATE_LIMIT_REQUESTS: limit,
  RATE_LIMIT_BYTES: limit,
  MAX_CONNECTIONS: whole(1, 1_000_000, 10_000),
  HEADERS_TIMEOUT_MS: whole(100, 600_000, 10_000),
  RECEIVE_TIMEOUT_MS: whole(100, 3_600_000, 30_000),
  GRAPHIQL: unlessPublic,
  INTROSPECTION: unlessPublic,
});

/** All settings, checked, with their defaults. */
export type Settings = z.output<typeof schema>;

/**
 * Reads the settings. An empty variable counts as absent.
 * @throws SettingsError listing everything that is wrong at once.
 */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  throw new SettingsError(
    parsed.error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      // They have passwords in them, or are one.
      return /^(MIGRATE_)?DATABASE_(REPLICA_)?URL$/.test(name) || name === 'RUNLEDGER_ADMIN_KEY'
        ? `${name} ${message}`
        : `${name}=${JSON.stringify(present[name])} ${message}`;
    }),
  );
}
