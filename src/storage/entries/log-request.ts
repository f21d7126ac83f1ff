import { Prisma } from '../../generated/prisma/client.ts';
import { arrayLiteral } from '../postgres/array-literal.ts';
import type { Select } from '../postgres/database.ts';

export function parseIds(text: string): bigint[] {
  return text.split(',').map(BigInt);
}

type LogRequestRow = { runId: string; scopeId: string; contentHash: string; ids: bigint[] };

/** The writes that took these request ids, in the order asked; null where none did. */
export async function findLogRequests(
  select: Select,
  asked: { runId: string; requestId: string }[],
): Promise<(LogRequestRow | null)[]> {
  const runIds = arrayLiteral(asked.map((request) => request.runId));
  const requestIds = arrayLiteral(asked.map((request) => request.requestId));
  const rows = await select<
    Omit<LogRequestRow, 'ids'> & { n: number; ids: string }
  >(Prisma.sql`/* find_log_requests, prepared */
SELECT q.n::int, r.run_id AS "runId", r.scope_id AS "scopeId", encode(r.content_hash, 'hex') AS "contentHash",
  array_to_string(r.entry_ids, ',') AS ids
FROM unnest(${runIds}::uuid[], ${requestIds}::uuid[]) WITH ORDINALITY AS q(run_id, request_id, n)
JOIN log_request r ON r.run_id = q.run_id AND r.request_id = q.request_id`);
  const found: (LogRequestRow | null)[] = asked.map(() => null);
  for (const { n, ids, ...row } of rows) found[n - 1] = { ...row, ids: parseIds(ids) };
  return found;
}
