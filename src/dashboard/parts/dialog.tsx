import { X } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from './controls.tsx';
import styles from './dialog.module.css';

type Props = { title: string; onClose: () => void; children: ReactNode; wide?: boolean };

/** A dialog over the page: the browser's own, with its Escape and its focus. */
export function Dialog({ title, onClose, children, wide = false }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    if (!dialog.current?.open) {
      dialog.current?.showModal();
      // The browser would begin with the first button, which closes it: who opens a form wants to write.
      dialog.current?.querySelector<HTMLElement>('input:not([type=checkbox]), textarea')?.focus();
    }
    return () => {
      // One that is taken away without being closed, as after a form was sent, would leave the keyboard nowhere.
      if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} className={wide ? styles.wide : styles.dialog} onClose={onClose} aria-label={title}>
      <header className={styles.header}>
        <h2>{title}</h2>
        <Button look="plain" onClick={() => dialog.current?.close()} aria-label="Close">
          <X size={16} />
        </Button>
      </header>
      <div className={styles.body}>{children}</div>
    </dialog>
  );
}
