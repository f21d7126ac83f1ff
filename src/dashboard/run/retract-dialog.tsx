import { useState } from 'react';
import type { Entry } from '../entries/use-run.ts';
import { announce } from '../parts/announce.ts';
import { Button, Input } from '../parts/controls.tsx';
import { Dialog } from '../parts/dialog.tsx';
import styles from './run-page.module.css';
import { useRetract } from './use-history.ts';

/** Takes an entry back, with the reason that stays in its place. */
export function RetractDialog({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const retract = useRetract();
  const submit = async () => {
    await retract.mutateAsync({ entryId: entry.id, reason });
    announce(`Entry ${entry.id} is taken back`);
    onClose();
  };
  return (
    <Dialog title="Take this entry back" onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit().catch(() => {});
        }}
      >
        <p>
          <bdi>{entry.qualifiedKey}</bdi> = <bdi>{entry.display}</bdi>, entry {entry.id}. Its value is erased for good,
          and what was latest before it is latest again. The reason stays for the audit.
        </p>
        <label>
          Why?
          <Input required maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />
        </label>
        {retract.error && <p role="alert">{retract.error.message}</p>}
        <Button type="submit" look="danger" disabled={retract.isPending || reason.trim() === ''}>
          Take it back
        </Button>
      </form>
    </Dialog>
  );
}
