import { Prisma } from '../../generated/prisma/client.ts';

/** A path element that Postgres would take for an index although it is not written like one: it can only be a key. */
const oddIndex = /^\s*[+-]?\d+$/;

const plainIndex = /^(0|[1-9]\d{0,8})$/;

/** What stands at a path inside a json or jsonb value, or SQL null. Indexes count from 0; a negative one is only a key. */
export function atPath(value: Prisma.Sql, path: readonly string[], kind: 'json' | 'jsonb' = 'jsonb'): Prisma.Sql {
  const typeOf = Prisma.raw(`${kind}_typeof`);
  let at = value;
  let pending: string[] = [];
  const flush = () => {
    if (pending.length > 0) at = Prisma.sql`(${at} #> ${pending}::text[])`;
    pending = [];
  };
  for (const element of path) {
    if (oddIndex.test(element) && !plainIndex.test(element)) {
      flush();
      at = Prisma.sql`(SELECT CASE WHEN ${typeOf}(o.v) = 'object' THEN o.v -> ${element} END FROM (SELECT ${at} AS v) o)`;
    } else {
      pending.push(element);
    }
  }
  flush();
  return at;
}
