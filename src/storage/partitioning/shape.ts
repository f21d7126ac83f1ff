import type pg from 'pg';
import { quoteName, table } from './names.ts';

export type Index = {
  name: string;
  /** As Postgres writes it. */
  definition: string;
  /** Of a primary key. */
  constraint: string | null;
};

/** A table as it has to be made again: whatever migrations have made of it. */
export type Shape = {
  isPartitioned: boolean;
  parts: number;
  columns: { name: string; type: string }[];
  indexes: Index[];
};

/** What a table looks like; null where there is none of this name. */
export async function readShape(client: pg.Client, name: string): Promise<Shape | null> {
  const found = await client.query<{ kind: string; parts: number }>(
    `SELECT c.relkind AS kind, (SELECT count(*)::int FROM pg_inherits i WHERE i.inhparent = c.oid) AS parts
     FROM pg_class c WHERE c.oid = to_regclass($1)`,
    [quoteName(name)],
  );
  if (!found.rows[0]) return null;
  const columns = await client.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [quoteName(name)],
  );
  const indexes = await client.query<Index>(
    `SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition, pg_get_constraintdef(k.oid) AS constraint
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype = 'p'
     WHERE i.indrelid = to_regclass($1) ORDER BY c.relname`,
    [quoteName(name)],
  );
  const { kind, parts } = found.rows[0];
  return { isPartitioned: kind === 'p', parts, columns: columns.rows, indexes: indexes.rows };
}

/** Whether ids are of a sequence that is a part of the table, as they once were: it could not go along with another. */
export async function hasOwnSequence(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ own: boolean }>(
    `SELECT attidentity <> '' AS own FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'id'`,
    [quoteName(name)],
  );
  return rows[0]?.own ?? false;
}

/** The statement that makes an index like this one for another table, under another name. */
export function indexLike(index: Index, name: string, of: string): string {
  if (index.constraint !== null)
    return `ALTER TABLE ${quoteName(of)} ADD CONSTRAINT ${quoteName(name)} ${index.constraint}`;
  const using = index.definition.indexOf(' USING ');
  const unique = index.definition.startsWith('CREATE UNIQUE ') ? 'UNIQUE ' : '';
  return `CREATE ${unique}INDEX ${quoteName(name)} ON ${quoteName(of)}${index.definition.slice(using)}`;
}

/** The name under which something of the table is known beside it: `metadata_entry_pkey` as `…_parts_pkey`. Postgres cuts names at 63 bytes. */
export function nameBeside(name: string, other: string): string {
  const renamed = name.startsWith(table) ? `${other}${name.slice(table.length)}` : `${other}_${name}`;
  return renamed.slice(0, 63);
}

export type View = { name: string; definition: string; options: string[] | null };

/** The views that read the table themselves: they know it by more than its name, and are to be told of the other. */
export async function readViews(client: pg.Client): Promise<View[]> {
  const { rows } = await client.query<View>(
    `SELECT DISTINCT v.oid::regclass::text AS name, pg_get_viewdef(v.oid) AS definition, v.reloptions AS options
     FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
     JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
     WHERE d.refobjid = to_regclass($1)`,
    [quoteName(table)],
  );
  return rows;
}

/** Who else may use a table, as the statements that grant it of another. */
export async function readGrants(client: pg.Client, from: string, to: string): Promise<string[]> {
  const { rows } = await client.query<{ privilege: string; grantee: string; grantable: boolean }>(
    `SELECT a.privilege_type AS privilege, a.is_grantable AS grantable,
       CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS grantee
     FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = to_regclass($1) AND a.grantee <> c.relowner`,
    [quoteName(from)],
  );
  return rows.map(
    ({ privilege, grantee, grantable }) =>
      `GRANT ${privilege} ON ${quoteName(to)} TO ${grantee}${grantable ? ' WITH GRANT OPTION' : ''}`,
  );
}
