import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { runPath } from '../address/routes.ts';
import { ask } from '../api/ask.ts';
import { toggleLive } from '../api/live.ts';
import { Names } from '../generated/operations.ts';
import { type Command, offeredCommands } from './commands.ts';
import { copyText } from './copy.ts';
import { applyTheme, nextTheme, savedTheme, toggleDensity } from './look.ts';
import styles from './palette.module.css';

const commands: readonly Command[] = [
  { title: 'All runs', hint: 'g r', act: () => navigate('/runs') },
  { title: 'Runs that are running', hint: '', act: () => navigate('/runs?q=status:running') },
  { title: 'Runs that failed', hint: '', act: () => navigate('/runs?q=status:failed') },
  { title: 'Compare runs', hint: '', act: () => navigate('/compare') },
  { title: 'Curves', hint: '', act: () => navigate('/curves') },
  { title: 'Switch the theme', hint: 't', act: () => applyTheme(nextTheme(savedTheme())) },
  { title: 'Switch the density', hint: 'd', act: toggleDensity },
  { title: 'Stop or start live updates', hint: 'l', act: toggleLive },
  {
    title: 'Copy the link of this view',
    hint: 'shift y',
    act: () => void copyText(location.href, 'the link of this view'),
  },
];

type Props = { onHelp: () => void; onClose: () => void };

/** Everything by name: what the page can do, and every run. */
export function Palette({ onHelp, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  const { data: runs = [] } = useQuery({
    queryKey: ['names', text],
    enabled: text.trim() !== '',
    queryFn: async ({ signal }) => (await ask(Names, { text: text.trim() }, signal)).pipelineRuns.nodes,
  });
  // What the page behind it offers goes first.
  const offered = useMemo(offeredCommands, []);
  const items: Command[] = [
    ...[...offered, ...commands, { title: 'Show all shortcuts', hint: '?', act: onHelp }].filter(({ title }) =>
      title.toLowerCase().includes(text.toLowerCase()),
    ),
    ...runs.map((run) => ({ title: run.name, hint: run.pipeline, act: () => navigate(runPath(run)) })),
  ];
  const at = Math.min(chosen, items.length - 1);
  const run = (item: Command | undefined) => {
    // Runs may still be on their way.
    if (!item) return;
    dialog.current?.close();
    item.act();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setChosen((at + step + items.length) % items.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(items[at]);
    }
  };
  return (
    <dialog ref={dialog} className={styles.palette} aria-label="Commands" onClose={onClose}>
      <input
        className={styles.field}
        role="combobox"
        aria-label="Command or run"
        aria-expanded="true"
        aria-controls="commands"
        aria-activedescendant={items[at] ? `command-${at}` : undefined}
        placeholder="Do something, or go to a run"
        autoComplete="off"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div role="listbox" id="commands" aria-label="Commands and runs" className={styles.list}>
        {items.map((item, index) => (
          <div
            key={`${item.title} ${item.hint}`}
            role="option"
            id={`command-${index}`}
            aria-selected={index === at}
            className={styles.item}
            onClick={() => run(item)}
          >
            <bdi>{item.title}</bdi>
            <span>{item.hint}</span>
          </div>
        ))}
      </div>
    </dialog>
  );
}
