import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { ask } from '../api/ask.ts';
import { Names } from '../generated/operations.ts';
import { Button, Input } from './controls.tsx';
import styles from './run-list.module.css';

/** A field for one more run, with names that contain what is typed. */
export function AddRun({ onAdd }: { onAdd: (name: string) => void }) {
  const id = useId();
  const [name, setName] = useState('');
  const { data: names = [] } = useQuery({
    queryKey: ['names', name],
    enabled: name.length > 0,
    queryFn: async ({ signal }) => {
      return (await ask(Names, { text: name }, signal)).pipelineRuns.nodes;
    },
  });
  const add = () => {
    if (name.trim() === '') return;
    onAdd(name.trim());
    setName('');
  };
  return (
    <form
      className={styles.add}
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <Input
        list={id}
        placeholder="add a run"
        aria-label="Add a run"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <datalist id={id}>
        {names.map((option) => (
          <option key={option.id} value={option.name} />
        ))}
      </datalist>
      <Button type="submit" disabled={name.trim() === ''}>
        Add
      </Button>
    </form>
  );
}
