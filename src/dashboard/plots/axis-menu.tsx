import { useState } from 'react';
import type { Filter } from '../../filter/tree.ts';
import { type Choice, passing } from '../filter/brush.ts';
import { Button, Input } from '../parts/controls.tsx';
import { Popover } from '../parts/popover.tsx';
import type { Axis } from './axes.ts';
import styles from './plots.module.css';

type Props = {
  axis: Axis;
  stretch: { from: number; to: number } | null;
  filter: Filter;
  place: DOMRect;
  onChoice: (choice: Choice | null) => void;
  onClose: () => void;
};

/** What dragging along an axis does, by keyboard: the ends of the stretch, or the texts that pass. */
export function AxisMenu(props: Props) {
  const { axis, place, onChoice, onClose } = props;
  return (
    <Popover place={place} label={`What passes on ${axis.title}`} onClose={onClose}>
      {axis.scale.kind === 'number' ? (
        <Stretch {...props} low={axis.scale.low} high={axis.scale.high} />
      ) : (
        <Texts {...props} names={axis.scale.names} />
      )}
      <Button
        look="plain"
        onClick={() => {
          onChoice(null);
          onClose();
        }}
      >
        Let all pass
      </Button>
    </Popover>
  );
}

function finite(number: number | undefined): string {
  return number !== undefined && Number.isFinite(number) ? String(number) : '';
}

function Stretch({ stretch, onChoice, onClose, low, high }: Props & { low: number; high: number }) {
  const [from, setFrom] = useState(finite(stretch?.from));
  const [to, setTo] = useState(finite(stretch?.to));
  return (
    <form
      className={styles.stretch}
      onSubmit={(event) => {
        event.preventDefault();
        onChoice({ from: from === '' ? low : Number(from), to: to === '' ? high : Number(to) });
        onClose();
      }}
    >
      <label>
        from
        <Input
          type="number"
          step="any"
          value={from}
          placeholder={String(low)}
          onChange={({ target }) => setFrom(target.value)}
        />
      </label>
      <label>
        to
        <Input
          type="number"
          step="any"
          value={to}
          placeholder={String(high)}
          onChange={({ target }) => setTo(target.value)}
        />
      </label>
      <Button type="submit" look="primary">
        Filter
      </Button>
    </form>
  );
}

function Texts({ axis, filter, onChoice, names }: Props & { names: readonly (string | boolean)[] }) {
  const chosen = names.filter(passing(filter, axis.target));
  const toggle = (name: string | boolean) => {
    const next = chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name];
    onChoice(next.length === names.length || next.length === 0 ? null : { values: next });
  };
  return (
    <ul className={styles.texts}>
      {names.map((name) => (
        <li key={String(name)}>
          <label>
            <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
            <bdi>{String(name)}</bdi>
          </label>
        </li>
      ))}
    </ul>
  );
}
