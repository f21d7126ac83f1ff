import { useState } from 'react';
import { Key } from './controls.tsx';
import { Dialog } from './dialog.tsx';
import styles from './help.module.css';
import { enableShortcuts, shortcutsEnabled } from './shortcuts.ts';

const groups: [title: string, keys: [keys: string, what: string][]][] = [
  [
    'Everywhere',
    [
      ['?', 'this list'],
      ['⌘k', 'everything by name (Ctrl+K)'],
      ['/', 'filter'],
      ['g r', 'all runs'],
      ['t', 'theme'],
      ['d', 'density'],
      ['l', 'live: stop, or go on'],
      ['shift y', 'copy the link of this view'],
      ['esc', 'back, or close'],
    ],
  ],
  [
    'The table of runs',
    [
      ['j k', 'next and previous row (arrows too)'],
      ['← →', 'cells of the row'],
      ['enter', 'open the run'],
      ['space', 'peek at it'],
      ['x', 'select; with shift, up to here'],
      ['f', 'filter by this cell'],
      ['h', 'history of this cell'],
      ['y', 'copy this cell, exactly'],
      ['s', 'sort by this column'],
      ['e', 'choose columns'],
      ['[ ]', 'move the column of this cell'],
      ['< >', 'make it narrower, wider'],
      ['c', 'compare what is selected'],
      ['p', 'curves of what is selected, else of the first runs'],
    ],
  ],
  [
    'A run',
    [
      ['[ ]', 'previous and next run of the table'],
      ['j k', 'next and previous value'],
      ['h', 'history of this value'],
      ['y', 'copy the exact value'],
    ],
  ],
];

/** All shortcuts, and the switch for those of a single key. */
export function Help({ onClose }: { onClose: () => void }) {
  const [on, setOn] = useState(shortcutsEnabled);
  return (
    <Dialog title="Shortcuts" onClose={onClose} wide>
      <label className={styles.switch}>
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => {
            enableShortcuts(event.target.checked);
            setOn(event.target.checked);
          }}
        />
        Single keys do something
      </label>
      <div className={styles.groups}>
        {groups.map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([names, what]) => (
                <div key={names}>
                  <dt>
                    {names.split(' ').map((name) => (
                      <Key key={name}>{name}</Key>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
