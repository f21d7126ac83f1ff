import type { Limits } from '../domain/value/limits.ts';
import type { QueryLimits } from '../graphql/query-limits.ts';
import type { HttpOptions } from '../http/server.ts';
import type { DatabaseOptions } from '../storage/postgres/database.ts';
import { isLoopback } from './listen-on.ts';
import type { Settings } from './settings.ts';

// What the settings say to each part of the service.

/** Whether something for developers is on: `auto` is where only this machine can come. */
export function isOn(asked: Settings['GRAPHIQL'], { HOST }: Settings): boolean {
  return asked === 'auto' ? isLoopback(HOST) : asked === 'true';
}

/** Who may come in, and with how much. */
export function edgeOf(settings: Settings) {
  return {
    trustedProxies: settings.TRUSTED_PROXIES,
    rateLimits: { requestsAMinute: settings.RATE_LIMIT_REQUESTS, bytesAMinute: settings.RATE_LIMIT_BYTES },
    connections: {
      maxConnections: settings.MAX_CONNECTIONS,
      headersTimeoutMs: settings.HEADERS_TIMEOUT_MS,
      receiveTimeoutMs: Math.max(settings.RECEIVE_TIMEOUT_MS, settings.HEADERS_TIMEOUT_MS),
      // A request that is being answered must not look like a reader that takes nothing.
      stallTimeoutMs: Math.max(60_000, settings.REQUEST_TIMEOUT_MS + 10_000),
    },
    maxBodyBytes: settings.MAX_BODY_BYTES,
    allowedHosts: settings.ALLOWED_HOSTS,
    allowedOrigins: settings.ALLOWED_ORIGINS,
    graphiql: isOn(settings.GRAPHIQL, settings),
  } satisfies Partial<HttpOptions>;
}

export function limitsOf(settings: Settings): Limits {
  return { maxValueBytes: settings.MAX_VALUE_BYTES, maxEntries: settings.MAX_ENTRIES };
}

export function databaseOf(settings: Settings) {
  return {
    maxConnections: settings.DATABASE_CONNECTIONS,
    connectTimeoutMs: settings.DATABASE_CONNECT_TIMEOUT_MS,
    statementTimeoutMs: settings.DATABASE_STATEMENT_TIMEOUT_MS,
    lockTimeoutMs: settings.LOCK_TIMEOUT_MS,
    preparedStatements: settings.DATABASE_PREPARED_STATEMENTS,
  } satisfies Partial<DatabaseOptions>;
}

/** The connections of the process that answers dear queries: beside the others, a third as many. */
export function asideConnections({ DATABASE_CONNECTIONS }: Settings): number {
  return Math.max(2, Math.round(DATABASE_CONNECTIONS / 3));
}

export function queryLimitsOf(settings: Settings): QueryLimits {
  return {
    maxQueryBytes: settings.MAX_QUERY_BYTES,
    maxTokens: settings.MAX_QUERY_TOKENS,
    maxDepth: settings.MAX_QUERY_DEPTH,
    maxAliases: settings.MAX_QUERY_ALIASES,
    maxDirectives: settings.MAX_QUERY_DIRECTIVES,
    maxCost: settings.MAX_QUERY_COST,
  };
}
