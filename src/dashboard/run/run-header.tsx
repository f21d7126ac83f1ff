import { ArrowLeft, ChevronLeft, ChevronRight, Copy, GitCompare, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { printText } from '../../filter/print.ts';
import { neighbours } from '../address/list-walk.ts';
import { printRefs } from '../address/names.ts';
import { writeSearch } from '../address/search.ts';
import { useViewer } from '../api/viewer.ts';
import type { Run } from '../entries/use-run.ts';
import { Button } from '../parts/controls.tsx';
import { copyText } from '../parts/copy.ts';
import { Link } from '../parts/link.tsx';
import { StatusMark } from '../parts/status.tsx';
import { Ago, Took } from '../parts/took.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { Notes } from './notes.tsx';
import styles from './run-header.module.css';

/** What a run is called and how it stands, the way to its neighbours in the table, and what can be done with it. */
export function RunHeader({ run }: { run: Run }) {
  const [isDeleting, setDeleting] = useState(false);
  const { mayChange } = useViewer();
  const { previous, next, search } = neighbours(run.name);
  const go = (name: string | undefined) => name !== undefined && navigate(`/runs/${encodeURIComponent(name)}`);
  return (
    <header className={styles.header}>
      <div className={styles.title}>
        <Link to={`/runs${search}`} label="Back to the runs" title="Back to the runs (esc)" className={styles.back}>
          <ArrowLeft size={16} />
        </Link>
        <h1>
          <bdi>{run.name}</bdi>
        </h1>
        <StatusMark status={run.status} />
      </div>
      <dl className={styles.facts}>
        <div>
          <dt>took</dt>
          <dd>
            <Took startedAt={run.startedAt} endedAt={run.endedAt} isRunning={run.status === 'RUNNING'} />
          </dd>
        </div>
        <div>
          <dt>started</dt>
          <dd>
            <Ago at={run.startedAt} />
          </dd>
        </div>
        <div>
          <dt>pipeline</dt>
          <dd>
            <Link to={`/runs${writeSearch({ q: `pipeline:${printText(run.pipeline)}` })}`}>
              <bdi>{run.pipeline}</bdi>
            </Link>
          </dd>
        </div>
        <div>
          <dt>id</dt>
          <dd>
            <button
              type="button"
              className={styles.id}
              title={`Copy ${run.id}`}
              onClick={() => void copyText(run.id, 'the id')}
            >
              <code>{run.id.slice(0, 8)}</code> <Copy size={12} />
            </button>
          </dd>
        </div>
      </dl>
      <div className={styles.actions}>
        <Button
          look="plain"
          disabled={previous === undefined}
          onClick={() => go(previous)}
          aria-label="Previous run of the table"
          title="Previous ([)"
        >
          <ChevronLeft size={16} />
        </Button>
        <Button
          look="plain"
          disabled={next === undefined}
          onClick={() => go(next)}
          aria-label="Next run of the table"
          title="Next (])"
        >
          <ChevronRight size={16} />
        </Button>
        <Button onClick={() => navigate(`/compare${writeSearch({ runs: printRefs([run.name]) })}`)}>
          <GitCompare size={14} /> Compare
        </Button>
        {mayChange && (
          <Button look="danger" onClick={() => setDeleting(true)} aria-label="Delete the run" title="Delete the run">
            <Trash2 size={14} />
          </Button>
        )}
      </div>
      <Notes run={run} />
      {isDeleting && <DeleteDialog run={run} onClose={() => setDeleting(false)} />}
    </header>
  );
}
