import type { Axis } from './axes.ts';
import styles from './plots.module.css';

type Props = { axes: readonly Axis[]; x: Axis; y: Axis; onAxes: (axes: { x?: string; y?: string }) => void };

/** What a scatter plot is of. */
export function AxisPicker({ axes, x, y, onAxes }: Props) {
  return (
    <div className={styles.picker}>
      <Choice label="y" axes={axes} chosen={y} onChoose={(text) => onAxes({ y: text })} />
      <Choice label="x" axes={axes} chosen={x} onChoose={(text) => onAxes({ x: text })} />
    </div>
  );
}

type ChoiceProps = { label: string; axes: readonly Axis[]; chosen: Axis; onChoose: (text: string) => void };

function Choice({ label, axes, chosen, onChoose }: ChoiceProps) {
  return (
    <label>
      {label}
      <select aria-label={`${label} axis`} value={chosen.text} onChange={({ target }) => onChoose(target.value)}>
        {axes.map(({ text, title }) => (
          <option key={text} value={text}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
