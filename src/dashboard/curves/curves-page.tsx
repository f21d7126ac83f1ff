import { GitCompare } from 'lucide-react';
import { useMemo, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { isRefOf, parseRefs, placeOf, printRefs } from '../address/names.ts';
import { writeSearch } from '../address/search.ts';
import { useAddress } from '../address/use-address.ts';
import { useTheme } from '../parts/colours.ts';
import { Button, Input } from '../parts/controls.tsx';
import { Link } from '../parts/link.tsx';
import { AddRun } from '../parts/run-list.tsx';
import { useShortcuts } from '../parts/shortcuts.ts';
import { Trouble } from '../parts/trouble.tsx';
import { CurveCard } from './curve-card.tsx';
import styles from './curves-page.module.css';
import { Legend } from './legend.tsx';
import type { Axis } from './points.ts';
import { useCurves, useLikelyKeys } from './use-curves.ts';

const maxKeys = 20;
const axes: Record<Axis, string> = { iteration: 'iteration', time: 'time', since: 'time since start' };

/** The curves of runs, a chart for each key, on one axis. */
export default function CurvesPage() {
  const { params, change } = useAddress();
  const refs = useMemo(() => parseRefs(params.runs ?? ''), [params.runs]);
  const likely = useLikelyKeys(refs[0]);
  const keys = useMemo(
    () => (params.y ? parseRefs(params.y) : (likely.data ?? []).slice(0, 4)).slice(0, maxKeys),
    [params.y, likely.data],
  );
  const axis = Object.hasOwn(axes, params.x ?? '') ? (params.x as Axis) : 'iteration';
  const bound = (text: string | undefined) =>
    text === undefined || Number.isNaN(Number(text)) ? undefined : Number(text);
  const [from, to] = [bound(params.from), bound(params.to)];
  const ema = Math.max(0, Math.min(0.99, Number(params.ema ?? 0) || 0));
  const isLog = params.log === 'y';
  const asked = useCurves(refs, keys, axis, { from, to });
  const curves = useMemo(() => asked.data ?? [], [asked.data]);
  const runs = useMemo(
    () =>
      [...new Map(curves.map(({ run }) => [run.id, run])).values()].sort((a, b) => placeOf(refs, a) - placeOf(refs, b)),
    [curves, refs],
  );
  const order = useMemo(() => runs.map(({ id }) => id), [runs]);
  const [lifted, setLifted] = useState<number | null>(null);
  const theme = useTheme();
  const setKeys = (next: readonly string[]) => change({ y: printRefs(next) });
  const compare = () => navigate(`/compare${writeSearch({ runs: printRefs(refs) })}`);
  const reset = () => change({ from: undefined, to: undefined });
  useShortcuts({ c: compare, escape: () => (params.from ? reset() : navigate('/runs')) });
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>Curves</h1>
        <AddRun onAdd={(name) => change({ runs: printRefs([...refs, name]) })} />
        <AddKey known={likely.data ?? []} onAdd={(key) => setKeys([...keys, key])} />
        <label>
          x{' '}
          <select value={axis} onChange={(event) => change({ x: event.target.value, from: undefined, to: undefined })}>
            {Object.entries(axes).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            checked={isLog}
            onChange={(event) => change({ log: event.target.checked ? 'y' : undefined })}
          />{' '}
          log
        </label>
        <label>
          smoothing{' '}
          <input
            type="range"
            min={0}
            max={0.99}
            step={0.01}
            value={ema}
            onChange={(event) =>
              change({ ema: event.target.value === '0' ? undefined : event.target.value }, { replace: true })
            }
          />{' '}
          {ema.toFixed(2)}
        </label>
        <span className={styles.space} />
        <Button onClick={compare} disabled={refs.length < 1}>
          <GitCompare size={14} /> Compare
        </Button>
      </header>
      <Trouble asked={asked} />
      {refs.length === 0 && (
        <p className={styles.hint}>
          Select runs in the <Link to="/runs">table</Link> (x) and press p; or add their names here.
        </p>
      )}
      <div className={styles.body}>
        <Legend
          runs={runs}
          theme={theme}
          onLift={setLifted}
          onDrop={(run) => change({ runs: printRefs(refs.filter((ref) => !isRefOf(ref, run))) })}
        />
        <div className={styles.cards} data-old={asked.isPlaceholderData}>
          {keys.map((key) => (
            <CurveCard
              key={key}
              title={key}
              curves={curves.filter((curve) => curve.key === key)}
              order={order}
              axis={axis}
              ema={ema}
              isLog={isLog}
              isZoomed={from !== undefined || to !== undefined}
              lifted={lifted}
              theme={theme}
              height={keys.length > 2 ? 220 : 320}
              onZoom={(left, right) => change(zoomOf(axis, left, right))}
              onReset={reset}
              onDrop={() => setKeys(keys.filter((other) => other !== key))}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

/** A part of the axis: iterations, milliseconds since 1970, or seconds since the start. */
function zoomOf(axis: Axis, left: number, right: number): { from: string; to: string } {
  const scale = axis === 'time' ? 1_000 : 1;
  // Tenths are as fine as one can drag.
  if (axis === 'since')
    return { from: (Math.floor(left * 10) / 10).toString(), to: (Math.ceil(right * 10) / 10).toString() };
  return { from: String(Math.floor(left * scale)), to: String(Math.ceil(right * scale)) };
}

function AddKey({ known, onAdd }: { known: readonly string[]; onAdd: (key: string) => void }) {
  const [key, setKey] = useState('');
  return (
    <form
      className={styles.add}
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim() !== '') onAdd(key.trim());
        setKey('');
      }}
    >
      <Input
        list="known-keys"
        placeholder="add a key"
        aria-label="Add a key"
        value={key}
        onChange={(event) => setKey(event.target.value)}
      />
      <datalist id="known-keys">
        {known.map((option) => (
          <option key={option} value={option} />
        ))}
      </datalist>
    </form>
  );
}
