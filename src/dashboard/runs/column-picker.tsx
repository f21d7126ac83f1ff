import { ArrowDown, ArrowUp } from 'lucide-react';
import { useState } from 'react';
import { type BuiltIn, builtInColumn, builtIns, type Column, keyColumn, titleOf } from '../../filter/columns.ts';
import { parseRef } from '../../filter/parse-condition.ts';
import { Button, Input } from '../parts/controls.tsx';
import { Dialog } from '../parts/dialog.tsx';
import type { Row } from './cells.ts';
import { differs } from './cells.ts';
import styles from './column-picker.module.css';
import type { KnownKey } from './use-rows.ts';

type Props = {
  columns: readonly Column[];
  keys: readonly KnownKey[];
  rows: readonly Row[];
  onColumns: (columns: readonly Column[]) => void;
  onReset: () => void;
  onClose: () => void;
};

/** Which columns the table has, and in what order. */
export function ColumnPicker({ columns, keys, rows, onColumns, onReset, onClose }: Props) {
  const [search, setSearch] = useState('');
  const shown = new Set(columns.map(({ text }) => text));
  const facts = (Object.keys(builtIns) as BuiltIn[]).map(builtInColumn);
  const found = keys.filter(({ key }) => key.toLowerCase().includes(search.toLowerCase()));
  const all = [
    ...facts.map((column) => ({ column, hint: 'of the run' })),
    ...found.map(({ key, types, runs }) => ({
      column: keyColumn({ key }),
      hint: `${types.join(', ').toLowerCase()} · ${runs} runs`,
    })),
  ].filter(({ column }) => !shown.has(column.text) && titleOf(column).toLowerCase().includes(search.toLowerCase()));
  const path = pathColumn(search);
  const move = (index: number, by: number) => {
    const next = [...columns];
    const [column] = next.splice(index, 1);
    next.splice(index + by, 0, column!);
    onColumns(next);
  };
  const onlyDiffering = () => onColumns(columns.filter(({ ref }) => !ref || differs(rows, ref)));
  return (
    <Dialog title="Columns" onClose={onClose} wide>
      <div className={styles.tools}>
        <Input
          className={styles.search}
          placeholder='Find a key, or write a path: config["lr"]'
          aria-label="Find a key"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Button onClick={onlyDiffering} title="Takes away the columns in which all loaded rows are the same">
          Only those that differ
        </Button>
        <Button onClick={onReset}>Defaults</Button>
      </div>
      <div className={styles.lists}>
        <section>
          <h3>Shown</h3>
          <ul>
            {columns.map((column, index) => (
              <li key={column.text}>
                <label>
                  <input
                    type="checkbox"
                    checked
                    onChange={() => onColumns(columns.filter(({ text }) => text !== column.text))}
                  />
                  <bdi>{titleOf(column)}</bdi>
                </label>
                <Button
                  look="plain"
                  disabled={index === 0}
                  aria-label={`Move ${titleOf(column)} up`}
                  onClick={() => move(index, -1)}
                >
                  <ArrowUp size={13} />
                </Button>
                <Button
                  look="plain"
                  disabled={index === columns.length - 1}
                  aria-label={`Move ${titleOf(column)} down`}
                  onClick={() => move(index, 1)}
                >
                  <ArrowDown size={13} />
                </Button>
              </li>
            ))}
          </ul>
        </section>
        <section>
          <h3>Not shown</h3>
          <ul>
            {path && !shown.has(path.text) && (
              <Choice column={path} hint="what stands at this path" onChoose={() => onColumns([...columns, path])} />
            )}
            {all.map(({ column, hint }) => (
              <Choice key={column.text} column={column} hint={hint} onChoose={() => onColumns([...columns, column])} />
            ))}
          </ul>
        </section>
      </div>
    </Dialog>
  );
}

function Choice({ column, hint, onChoose }: { column: Column; hint: string; onChoose: () => void }) {
  return (
    <li>
      <label>
        <input type="checkbox" checked={false} onChange={onChoose} />
        <bdi>{titleOf(column)}</bdi>
      </label>
      <span>{hint}</span>
    </li>
  );
}

/** The column that a path, or the key of one step, stands for; null for anything else. */
function pathColumn(text: string): Column | null {
  if (!/[[]|::/.test(text)) return null;
  const scanner = { text, at: 0 };
  try {
    const ref = parseRef(scanner);
    return scanner.at === text.length ? keyColumn(ref) : null;
  } catch {
    return null;
  }
}
