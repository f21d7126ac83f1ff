import { type ReactNode, useEffect, useRef } from 'react';
import styles from './popover.module.css';

type Props = {
  /** What it belongs to, on the screen. */
  place: DOMRect;
  label: string;
  onClose: () => void;
  children: ReactNode;
};

/** So much room is needed below; where there is less it opens above. */
const roomBelow = 300;

/** Something over the page that Escape, or a press elsewhere, closes: the browser's own. */
export function Popover({ place, label, onClose, children }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const popover = element.current!;
    const before = document.activeElement;
    popover.showPopover();
    const onToggle = (event: Event) => (event as ToggleEvent).newState === 'closed' && close.current();
    popover.addEventListener('toggle', onToggle);
    popover.querySelector<HTMLElement>('button, input')?.focus();
    return () => {
      popover.removeEventListener('toggle', onToggle);
      // Keys go on where they came from, unless another place was pressed.
      if (document.activeElement === document.body && before instanceof HTMLElement) before.focus();
    };
  }, []);
  const isBelow = place.bottom + roomBelow < innerHeight;
  const style = {
    left: Math.max(8, Math.min(place.left, innerWidth - 328)),
    ...(isBelow ? { top: place.bottom + 2 } : { bottom: innerHeight - place.top + 2 }),
  };
  return (
    <div ref={element} popover="auto" className={styles.popover} style={style} role="dialog" aria-label={label}>
      {children}
    </div>
  );
}
