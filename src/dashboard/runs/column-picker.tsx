import { useState } from 'react';
import { type BuiltIn, builtInColumn, builtIns, type Column, keyColumn, titleOf } from '../../filter/columns.ts';
import { parseRef } from '../../filter/parse-condition.ts';
import { Button, Input } from '../parts/controls.tsx';
import { Dialog } from '../parts/dialog.tsx';
import styles from './column-picker.module.css';
import { ShownColumns } from './shown-columns.tsx';
import { type KnownKey, useKeySearch } from './use-rows.ts';

type Props = {
  columns: readonly Column[];
  keys: readonly KnownKey[];
  pinned: number;
  isDiffering: boolean;
  onDiffering: (isOn: boolean) => void;
  onPin: (count: number) => void;
  onColumns: (columns: readonly Column[], change?: { pin?: number }) => void;
  onReset: () => void;
  onClose: () => void;
};

/** Which columns the table has, and in what order. */
export function ColumnPicker(props: Props) {
  const { columns, keys, pinned, isDiffering, onDiffering, onPin, onColumns, onReset, onClose } = props;
  const [search, setSearch] = useState('');
  const shown = new Set(columns.map(({ text }) => text));
  const found = useKeySearch(search, keys);
  const facts = (Object.keys(builtIns) as BuiltIn[]).map(builtInColumn);
  const all = [
    ...facts.map((column) => ({ column, hint: 'of the run' })),
    ...found.map(({ key, types, runs }) => ({
      column: keyColumn({ key }),
      hint: `${types.join(', ').toLowerCase()} · ${runs} runs`,
    })),
  ].filter(({ column }) => !shown.has(column.text) && titleOf(column).toLowerCase().includes(search.toLowerCase()));
  const path = pathColumn(search);
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
        <label className={styles.differ} title="Hides those in which all loaded runs say the same">
          <input type="checkbox" checked={isDiffering} onChange={({ target }) => onDiffering(target.checked)} />
          Only those that differ
        </label>
        <Button onClick={onReset}>Defaults</Button>
      </div>
      <div className={styles.lists}>
        <ShownColumns columns={columns} pinned={pinned} onPin={onPin} onColumns={onColumns} />
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
