import { useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import type { Run } from '../entries/use-run.ts';
import { announce } from '../parts/announce.ts';
import { Button, Input } from '../parts/controls.tsx';
import { Dialog } from '../parts/dialog.tsx';
import styles from './run-page.module.css';
import { useDelete } from './use-history.ts';

/** Deletes a run, once its name has been written. */
export function DeleteDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const [name, setName] = useState('');
  const remove = useDelete();
  const submit = async () => {
    await remove.mutateAsync(run.id);
    announce(`${run.name} is deleted`);
    navigate('/runs');
  };
  return (
    <Dialog title="Delete this run" onClose={onClose}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit().catch(() => {});
        }}
      >
        <p>
          The run, its {run.steps.totalCount} steps and all that they logged will be gone. Write{' '}
          <strong>{run.name}</strong> to go on.
        </p>
        <label>
          Name of the run
          <Input value={name} autoComplete="off" onChange={(event) => setName(event.target.value)} />
        </label>
        {remove.error && <p role="alert">{remove.error.message}</p>}
        <Button type="submit" look="danger" disabled={remove.isPending || name !== run.name}>
          Delete it
        </Button>
      </form>
    </Dialog>
  );
}
