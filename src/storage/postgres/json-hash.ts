import { Prisma } from '../../generated/prisma/client.ts';

/** A hash that equal JSON shares, as text: what a latest row that is neither a number nor a text has in `sort_text`. */
export function jsonHash(json: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`to_hex(jsonb_hash_extended(${json}::jsonb, 0))`;
}
