import { Search, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { parseFilter } from '../../filter/parse.ts';
import { FilterError } from '../../filter/scanner.ts';
import { type Known, type Suggestion, suggest } from '../filter/suggest.ts';
import styles from './filter-bar.module.css';

type Props = { text: string; known: Known; onText: (text: string, isTyped: boolean) => void };

function errorOf(text: string): FilterError | null {
  try {
    parseFilter(text);
    return null;
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
}

/** The filter as text, with suggestions; the last text without an error is what is asked. */
export function FilterBar({ text, known, onText }: Props) {
  const [draft, setDraft] = useState(text);
  const [caret, setCaret] = useState<number | null>(null);
  const [chosen, setChosen] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const sent = useRef(text);
  const moveTo = useRef<number | null>(null);
  // As soon as the piece is there, before the next key comes: what is typed on goes where it ends.
  useLayoutEffect(() => {
    if (moveTo.current !== null) input.current?.setSelectionRange(moveTo.current, moveTo.current);
    moveTo.current = null;
  });
  useEffect(() => {
    // The address changed by other means: a chip, a cell, the way back.
    if (text !== sent.current) setDraft(text);
    sent.current = text;
  }, [text]);
  const error = errorOf(draft);
  const { from, to, items } = caret === null ? { from: 0, to: 0, items: [] } : suggest(draft, caret, known);
  const isOpen = items.length > 0;

  useEffect(() => {
    if (error || draft === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = draft;
      onText(draft, true);
    }, 200);
    return () => clearTimeout(timer);
  }, [draft, error, onText]);

  const type = (next: string, at: number | null) => {
    setDraft(next);
    setCaret(at);
    setChosen(-1);
  };
  const accept = ({ text: piece, open }: Suggestion) => {
    const next = `${draft.slice(0, from)}${piece}${open || draft.slice(to).startsWith(' ') ? '' : ' '}${draft.slice(to)}`;
    const at = from + piece.length + (open ? 0 : 1);
    type(next, at);
    moveTo.current = at;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (!isOpen) setCaret(event.currentTarget.selectionStart);
      else setChosen(((chosen + step + 1 + items.length + 1) % (items.length + 1)) - 1);
    } else if ((event.key === 'Enter' || event.key === 'Tab') && items[chosen]) {
      event.preventDefault();
      accept(items[chosen]!);
    } else if (event.key === 'Enter') {
      setCaret(null);
      if (!error) {
        sent.current = draft;
        onText(draft, false);
        document.getElementById('runs')?.focus();
      }
    } else if (event.key === 'Escape') {
      event.preventDefault();
      if (isOpen) setCaret(null);
      else document.getElementById('runs')?.focus();
    }
  };
  return (
    <search className={styles.bar}>
      <Search size={15} aria-hidden="true" />
      <div className={styles.field}>
        {error && (
          <div className={styles.mirror} aria-hidden="true">
            {draft.slice(0, error.from)}
            <mark>{draft.slice(error.from, error.to) || ' '}</mark>
          </div>
        )}
        <input
          ref={input}
          id="filter"
          type="text"
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          placeholder="accuracy>0.8 status:completed pipeline:iris   ( / )"
          aria-label="Filter"
          role="combobox"
          aria-expanded={isOpen}
          aria-controls="suggestions"
          aria-autocomplete="list"
          aria-activedescendant={chosen >= 0 ? `suggestion-${chosen}` : undefined}
          aria-invalid={error !== null}
          aria-describedby={error ? 'filter-error' : undefined}
          value={draft}
          onChange={(event) => type(event.target.value, event.target.selectionStart)}
          onClick={(event) => setCaret(event.currentTarget.selectionStart)}
          onBlur={() => setCaret(null)}
          onKeyDown={onKeyDown}
        />
      </div>
      {draft !== '' && (
        <button type="button" className={styles.clear} aria-label="Clear the filter" onClick={() => type('', null)}>
          <X size={14} />
        </button>
      )}
      <div role="listbox" id="suggestions" aria-label="Suggestions" className={styles.list} hidden={!isOpen}>
        {items.map((suggestion, index) => (
          <div
            key={suggestion.text}
            role="option"
            id={`suggestion-${index}`}
            aria-selected={index === chosen}
            className={styles.option}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => accept(suggestion)}
          >
            <code>{suggestion.label}</code>
            <span>{suggestion.hint}</span>
          </div>
        ))}
      </div>
      {error && draft !== '' && (
        <p id="filter-error" className={styles.error} role="status">
          {error.message}
        </p>
      )}
    </search>
  );
}
