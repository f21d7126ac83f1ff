import type pg from 'pg';
import { MigrationError } from './migration-error.ts';

/** What a session says of the server and of itself. */
export type ServerFacts = {
  version: string;
  zone: string;
  encoding: string;
  statementTimeout: string;
  isReadOnly: boolean;
  role: string;
};

/**
 * Whether the service can work with this server and in such sessions. Tells by `notice` what an operator should mend but
 * can do without.
 * @throws MigrationError with what must be mended.
 */
export async function checkServer(client: pg.Client, notice: (line: string) => void): Promise<ServerFacts> {
  const { rows } = await client.query<ServerFacts>(
    `SELECT current_setting('server_version_num') AS version, current_setting('TimeZone') AS zone,
       current_setting('server_encoding') AS encoding, current_setting('statement_timeout') AS "statementTimeout",
       pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS "isReadOnly", current_user AS role`,
  );
  const facts = rows[0]!;
  const role = `"${facts.role.replaceAll('"', '""')}"`;
  if (Number(facts.version) < 150_000) {
    throw new MigrationError(
      `Runledger needs PostgreSQL 15 or newer; this server is ${facts.version.slice(0, 2)}. Upgrade it.`,
    );
  }
  if (facts.zone !== 'UTC') {
    throw new MigrationError(
      `The session's time zone is ${facts.zone} although UTC was asked for; a pooler in between may drop the startup option. Set it with ALTER ROLE ${role} SET TimeZone = 'UTC'.`,
    );
  }
  if (facts.encoding !== 'UTF8') {
    throw new MigrationError(
      `The database's encoding is ${facts.encoding}; Runledger needs UTF8. Create the database with ENCODING 'UTF8'.`,
    );
  }
  if (facts.statementTimeout === '0') {
    notice(
      `Sessions have no statement timeout although one was asked for; a pooler in between may drop the startup option. Set the timeouts with ALTER ROLE ${role} SET statement_timeout = '12s'; ALTER ROLE ${role} SET lock_timeout = '2s'; ALTER ROLE ${role} SET idle_in_transaction_session_timeout = '5s'; ALTER ROLE ${role} SET jit = off.`,
    );
  }
  if (facts.isReadOnly) {
    notice(
      'The database is read-only, a standby perhaps: reads are answered, and every write is UNAVAILABLE. Point DATABASE_URL at the primary to write.',
    );
  }
  return facts;
}
