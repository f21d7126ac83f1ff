import { newUuid } from '@runledger/client/internal/uuid';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Pencil } from 'lucide-react';
import { useState } from 'react';
import { ask } from '../api/ask.ts';
import { useViewer } from '../api/viewer.ts';
import type { Run } from '../entries/use-run.ts';
import { Annotate } from '../generated/operations.ts';
import { Button, Input } from '../parts/controls.tsx';
import { Dialog } from '../parts/dialog.tsx';
import styles from './notes.module.css';
import form from './run-page.module.css';

/** Tags and note of a run: entries of the run itself under these two keys, which anybody may log as well. */
function annotationsOf(run: Run): { tags: string[]; note: string } {
  const own = (key: string) => run.metadata.find((entry) => entry.step === null && entry.key === key)?.value;
  const tags = own('tags');
  const note = own('note');
  return {
    tags: Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string') : [],
    note: typeof note === 'string' ? note : '',
  };
}

export function Notes({ run }: { run: Run }) {
  const { tags, note } = annotationsOf(run);
  const { mayWrite } = useViewer();
  const [isEditing, setEditing] = useState(false);
  if (tags.length === 0 && note === '' && !mayWrite) return null;
  return (
    <div className={styles.notes}>
      {tags.map((tag) => (
        <bdi key={tag} className={styles.tag}>
          {tag}
        </bdi>
      ))}
      {note && <bdi className={styles.note}>{note}</bdi>}
      {mayWrite && (
        <Button look="plain" onClick={() => setEditing(true)} className={styles.edit}>
          <Pencil size={12} /> {tags.length === 0 && note === '' ? 'Add tags or a note' : 'Edit'}
        </Button>
      )}
      {isEditing && <EditNotes run={run} tags={tags} note={note} onClose={() => setEditing(false)} />}
    </div>
  );
}

type EditProps = { run: Run; tags: readonly string[]; note: string; onClose: () => void };

function EditNotes({ run, tags, note, onClose }: EditProps) {
  const [tagText, setTagText] = useState(tags.join(', '));
  const [noteText, setNoteText] = useState(note);
  const cache = useQueryClient();
  const save = useMutation({
    mutationFn: () => {
      const list = [
        ...new Set(
          tagText
            .split(',')
            .map((tag) => tag.trim())
            .filter(Boolean),
        ),
      ];
      const entries = [
        { key: 'tags', value: list, type: 'SET' as const },
        { key: 'note', value: noteText.trim() },
      ];
      return ask(Annotate, { input: { target: { run: run.id }, entries, requestId: newUuid() } });
    },
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: ['run'] });
      onClose();
    },
  });
  return (
    <Dialog title="Tags and note" onClose={onClose}>
      <form
        className={form.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <label>
          Tags, with commas between them
          <Input value={tagText} onChange={(event) => setTagText(event.target.value)} />
        </label>
        <label>
          Note
          <Input value={noteText} onChange={(event) => setNoteText(event.target.value)} />
        </label>
        {save.error && <p role="alert">{save.error.message}</p>}
        <Button type="submit" look="primary" disabled={save.isPending}>
          Save
        </Button>
      </form>
    </Dialog>
  );
}
