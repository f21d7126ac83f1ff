import { useState } from 'react';
import { printFilter } from '../../filter/print.ts';
import { type Filter, joinParts, partsOf } from '../../filter/tree.ts';
import { formatCount } from '../../format/time.ts';
import { Button } from '../parts/controls.tsx';
import { copyText } from '../parts/copy.ts';
import { StatusMark } from '../parts/status.tsx';
import styles from './empty.module.css';
import { useFacets } from './use-rows.ts';

/** How to log the first run to this very service. */
function snippets(origin: string): Record<string, string> {
  const json = JSON.stringify({
    query:
      'mutation { startRun(input: { name: "first", pipeline: "hello" }) { id } logMetadata(input: { target: { run: "first" }, metadata: { accuracy: 0.913 } }) { replayed } finishRun(ref: "first") { status } }',
  });
  return {
    Python: `# pip install ./clients/python; RUNLEDGER_URL=${origin}
from runledger import log_metadata, pipeline, step

@step
def train():
    log_metadata({"accuracy": 0.913})

@pipeline
def hello():
    train()

hello()`,
    TypeScript: `// npm install @runledger/client; RUNLEDGER_URL=${origin}
import { logMetadata, pipelineRun, step } from '@runledger/client';

await pipelineRun({ pipeline: 'hello' }, async () => {
  await step('train', async () => {
    await logMetadata({ accuracy: 0.913 });
  });
});`,
    curl: `curl ${origin}/graphql -H 'content-type: application/json' -d '${json}'`,
  };
}

/** What is shown while nothing has ever been logged. */
export function EmptyLedger() {
  const texts = snippets(location.origin);
  const [language, setLanguage] = useState('Python');
  const text = texts[language]!;
  return (
    <section className={styles.empty}>
      <h1>Nothing has been logged yet</h1>
      <p>Run one of these, and the run appears here by itself.</p>
      <div className={styles.snippet}>
        <div className={styles.languages} role="tablist" aria-label="Language">
          {Object.keys(texts).map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={name === language}
              onClick={() => setLanguage(name)}
            >
              {name}
            </button>
          ))}
          <Button look="plain" onClick={() => void copyText(text, 'the snippet')}>
            Copy
          </Button>
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keys as well */}
        <pre tabIndex={0}>{text}</pre>
      </div>
      <p className={styles.waiting}>
        <StatusMark status="RUNNING" bare /> waiting for the first run
      </p>
    </section>
  );
}

/** What is shown where no run passes: what each condition costs. */
export function NothingFound({ filter, onFilter }: { filter: Filter; onFilter: (filter: Filter) => void }) {
  const parts = partsOf(filter);
  return (
    <section className={styles.empty}>
      <h1>No run passes this filter</h1>
      {parts.length > 1 && <p>Without one of its conditions there would be:</p>}
      <ul className={styles.without}>
        {parts.map((part, index) => (
          <Without
            key={printFilter(part)}
            part={part}
            rest={joinParts(parts.filter((_, other) => other !== index))}
            onFilter={onFilter}
          />
        ))}
      </ul>
    </section>
  );
}

function Without({ part, rest, onFilter }: { part: Filter; rest: Filter; onFilter: (filter: Filter) => void }) {
  const { data: facets } = useFacets(rest);
  const count = facets?.total;
  return (
    <li>
      <Button onClick={() => onFilter(rest)}>
        drop <code>{printFilter(part)}</code>
      </Button>
      <span>{count === undefined ? '…' : `${formatCount(count)} ${count === 1 ? 'run' : 'runs'}`}</span>
    </li>
  );
}
