import { Download } from 'lucide-react';
import { useMemo } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { cellText, linesOf } from '../../format/comparison.ts';
import { toCsv } from '../../format/csv.ts';
import { isRefOf, parseRefs, placeOf, printRefs } from '../address/names.ts';
import { writeSearch } from '../address/search.ts';
import { useAddress } from '../address/use-address.ts';
import { download } from '../format/download.ts';
import { useCommands } from '../parts/commands.ts';
import { Button } from '../parts/controls.tsx';
import { Link } from '../parts/link.tsx';
import { moved } from '../parts/moved.ts';
import { AddRun } from '../parts/run-list.tsx';
import { useShortcuts } from '../parts/shortcuts.ts';
import { Trouble } from '../parts/trouble.tsx';
import { ViewSwitch, viewOf } from '../parts/view-switch.tsx';
import styles from './compare-page.module.css';
import { ComparePlots } from './compare-plots.tsx';
import { CompareTable } from './compare-table.tsx';
import { type Comparison, useComparison, useRetracted } from './use-comparison.ts';

/** Runs side by side: what differs, leaf by leaf, and by how much. */
export default function ComparePage() {
  const { params, change } = useAddress();
  const refs = useMemo(() => parseRefs(params.runs ?? ''), [params.runs]);
  const asked = useComparison(refs);
  const runs = asked.data?.runs ?? [];
  const all = useMemo(() => (asked.data ? linesOf(asked.data.rows) : []), [asked.data]);
  const view = viewOf(params.view);
  const isDiff = params.diff !== '0';
  const hidden = useMemo(() => parseRefs(params.hide ?? ''), [params.hide]);
  const isOne = runs.length < 2;
  const shown = useMemo(
    () => all.filter(({ key, differs }) => !hidden.includes(key) && (!isDiff || differs || isOne)),
    [all, hidden, isDiff, isOne],
  );
  const { data: retracted } = useRetracted(
    runs.map(({ id }) => id),
    shown,
  );
  const baseAt = Math.max(
    0,
    runs.findIndex((run) => params.base !== undefined && isRefOf(params.base, run)),
  );
  const setRefs = (next: readonly string[]) => change({ runs: printRefs(next) });
  // What is shown may be older than the address: a run stands where the address has it.
  const move = (run: Comparison['runs'][number], to: (from: number) => number) => {
    const from = placeOf(refs, run);
    const isMoved = refs[from] !== undefined && refs[to(from)] !== undefined;
    if (isMoved) setRefs(moved(refs, from, to(from)));
    return isMoved;
  };
  const curves = () => navigate(`/curves${writeSearch({ runs: printRefs(refs) })}`);
  const showSame = (isShown: boolean) => change({ diff: isShown ? '0' : undefined });
  const exportCsv = () => {
    const rows = shown.map(({ key, path, cells }) => [[key, ...path].join(' › '), ...cells.map(cellText)]);
    download('comparison.csv', toCsv([['key', ...runs.map(({ name }) => name)], ...rows]));
  };
  useShortcuts({ p: curves, escape: () => navigate('/runs') });
  useCommands([
    { title: 'Download the comparison as CSV', hint: '', act: exportCsv },
    { title: 'Curves of these runs', hint: 'p', act: curves },
    { title: isDiff ? 'Show what is the same, too' : 'Differences only', hint: '', act: () => showSame(isDiff) },
  ]);
  const hiddenLines = all.length - shown.length;
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>Compare</h1>
        <AddRun onAdd={(name) => setRefs([...refs, name])} />
        <label className={styles.option}>
          <input type="checkbox" checked={isDiff} onChange={(event) => showSame(!event.target.checked)} />
          differences only
        </label>
        {hidden.map((key) => (
          <Button
            key={key}
            look="plain"
            onClick={() => change({ hide: printRefs(hidden.filter((other) => other !== key)) })}
          >
            <bdi>{key}</bdi> is hidden ✕
          </Button>
        ))}
        <ViewSwitch view={view} change={change} onCurves={curves} />
        <Button onClick={exportCsv} disabled={shown.length === 0}>
          <Download size={14} /> CSV
        </Button>
      </header>
      <Trouble asked={asked} />
      {refs.length === 0 && (
        <p className={styles.hint}>
          Select runs in the <Link to="/runs">table</Link> (x) and press c; or add their names here.
        </p>
      )}
      {asked.data && refs.length > 0 && view !== 'table' && (
        <ComparePlots kind={view} runs={runs} lines={shown} params={params} change={change} onKeep={setRefs} />
      )}
      {asked.data && refs.length > 0 && view === 'table' && (
        <CompareTable
          runs={runs}
          lines={shown}
          baseAt={baseAt}
          retracted={retracted ?? new Map()}
          isOld={asked.isPlaceholderData}
          onBase={(name) => change({ base: name })}
          onHide={(key) => change({ hide: printRefs([...hidden, key]) })}
          onStep={(run, by) => move(run, (from) => from + by)}
          onDrop={(run, onto) => void move(run, () => placeOf(refs, onto))}
          onRemove={(run) => setRefs(refs.filter((ref) => !isRefOf(ref, run)))}
        />
      )}
      {asked.data && shown.length === 0 && view === 'table' && (
        <p className={styles.hint}>{runs.length < 2 ? 'Nothing was logged here.' : 'These runs do not differ.'}</p>
      )}
      {hiddenLines > 0 && view === 'table' && (
        <footer className={styles.footer}>
          {hiddenLines} lines in which nothing differs, or that are hidden, are not shown.
        </footer>
      )}
    </div>
  );
}
