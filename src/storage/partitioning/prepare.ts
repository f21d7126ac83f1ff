import { gone, marks, mirror, quoteName, successor, table } from './names.ts';
import { indexLike, nameBeside, type Shape } from './shape.ts';

/** Of each there is a trigger. */
const events = ['insert', 'update', 'delete'] as const;

/** The statements that make the successor, empty, and the triggers that tell it of all that is written from now on. */
export function preparation({ columns, indexes }: Shape, parts: number): string[] {
  const names = columns.map(({ name }) => quoteName(name)).join(', ');
  const excluded = columns.map(({ name }) => `${quoteName(name)} = excluded.${quoteName(name)}`).join(', ');
  const digits = String(parts - 1).length;
  return [
    `CREATE TABLE ${successor} (LIKE ${table} INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS) PARTITION BY HASH (run_id)`,
    // Before the partitions, which then have them from the start.
    ...indexes.map((index) => indexLike(index, nameBeside(index.name, successor), successor)),
    ...Array.from({ length: parts }, (_, part) => {
      const name = quoteName(`${table}_p${String(part).padStart(digits, '0')}`);
      return `CREATE TABLE ${name} PARTITION OF ${successor} FOR VALUES WITH (MODULUS ${parts}, REMAINDER ${part})`;
    }),
    `CREATE TABLE ${gone} (n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, run_id UUID NOT NULL, id BIGINT NOT NULL)`,
    // A row that is changed before it is copied is put there as it is now: the copy, which may have read it as it was, leaves it then.
    `CREATE FUNCTION ${mirror}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO ${gone} (run_id, id) SELECT run_id, id FROM old_rows;
  ELSE
    INSERT INTO ${successor} (${names}) SELECT ${names} FROM new_rows
    ON CONFLICT (run_id, id) DO UPDATE SET ${excluded};
  END IF;
  RETURN NULL;
END $$`,
    // Behind everybody who is writing now: what is there before the triggers is all committed.
    ...events.map((event) => {
      const rows = event === 'delete' ? 'OLD TABLE AS old_rows' : 'NEW TABLE AS new_rows';
      return `CREATE TRIGGER ${mirror}_${event} AFTER ${event.toUpperCase()} ON ${table} REFERENCING ${rows} FOR EACH STATEMENT EXECUTE FUNCTION ${mirror}()`;
    }),
  ];
}

/** The statements after which the successor is told of nothing any more. */
export function parting(condition: '' | 'IF EXISTS'): string[] {
  return [
    ...events.map((event) => `DROP TRIGGER ${condition} ${mirror}_${event} ON ${table}`),
    `DROP FUNCTION ${condition} ${mirror}()`,
  ];
}

/** The statements that take all of that away again. The table itself is as it was. */
export const undoing: string[] = [
  ...parting('IF EXISTS'),
  `DROP TABLE IF EXISTS ${successor}`,
  `DROP TABLE IF EXISTS ${gone}`,
  `DELETE FROM ledger_mark WHERE name IN (${Object.values(marks)
    .map((name) => `'${name}'`)
    .join(', ')})`,
];
