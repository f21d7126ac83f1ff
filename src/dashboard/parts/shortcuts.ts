import { useLayoutEffect, useRef } from 'react';

/** What keys do: `j`, `enter`, `shift+y`, `mod+k`, or two in a row, `g r`. */
export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void>>;

let enabled = localStorage.getItem('runledger-shortcuts') !== 'off';
let leader = '';

export function shortcutsEnabled(): boolean {
  return enabled;
}

/** Single keys can be switched off: they get in the way of speech input (WCAG 2.1.4). */
export function enableShortcuts(on: boolean): void {
  enabled = on;
  localStorage.setItem('runledger-shortcuts', on ? 'on' : 'off');
}

function nameOf(event: KeyboardEvent): string {
  const mod = event.metaKey || event.ctrlKey ? 'mod+' : '';
  const isLetter = /^[a-zA-Z]$/.test(event.key);
  const shift = event.shiftKey && (isLetter || event.key.length > 1) ? 'shift+' : '';
  return mod + shift + (event.key === ' ' ? 'space' : event.key.toLowerCase());
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && (target as HTMLInputElement).type !== 'checkbox'))
  );
}

/** What lies over the page: keys mean there what the browser says. */
const overlays = 'dialog[open], [popover]:popover-open';

/** What a focused control does by these keys: nothing else is done by them. */
function isOwnKey(name: string, target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (/^(BUTTON|A|SUMMARY)$/.test(target.tagName)) return name === 'enter' || name === 'space';
  // The boxes of the table are no stops of the tab key: there, space is a key of the row.
  return name === 'space' && target.tagName === 'INPUT' && target.tabIndex >= 0;
}

/** Listens to keys for as long as the component is shown. What is typed into a field, or over a dialog, is left alone. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  // Before the browser paints: what is seen can be told by its keys.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey) return;
      const name = nameOf(event);
      const isCommand = name.startsWith('mod+');
      if (!isCommand && (!enabled || isTyping(event.target) || document.querySelector(overlays))) return;
      const action = (leader && latest.current[`${leader} ${name}`]) || latest.current[name];
      if (!action || isOwnKey(name, event.target)) return;
      event.preventDefault();
      action(event);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

/** Remembers the first key of two. */
export function watchLeader(): () => void {
  const onKey = (event: KeyboardEvent) => {
    leader = event.key === 'g' && !event.metaKey && !event.ctrlKey && !isTyping(event.target) ? 'g' : '';
  };
  // After all listeners, which still see the key before.
  const after = (event: KeyboardEvent) => void setTimeout(() => onKey(event));
  window.addEventListener('keydown', after);
  return () => window.removeEventListener('keydown', after);
}
