import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** The page, compressed once and told apart by its tag. */
export type GraphiQLPage = { gzip: Buffer; plain: string; etag: string };

/** What a newcomer finds in the tabs: the journeys of a run, ready to be played in turn. */
const tabs = [
  `# 1. Start a run and a step.
# Press play. Names are unique: to play it again, change "my first run".
mutation Start {
  startRun(input: { name: "my first run", pipeline: "training" }) {
    id
    name
    status
  }
  startStep(input: { run: "my first run", name: "train" }) {
    id
    name
    attempt
  }
}
`,
  `# 2. Log from the step. Values are any JSON; say the type where the JSON does not tell.
mutation Log {
  logMetadata(
    input: {
      target: { step: { run: "my first run", name: "train" } }
      metadata: { accuracy: 0.913, classes: ["setosa", "versicolor", "virginica"] }
      entries: [
        { key: "model", value: "s3://models/iris/1", type: URI }
        { key: "model_size", value: "1.5 MiB", type: STORAGE_SIZE }
      ]
    }
  ) {
    entries {
      id
      qualifiedKey
      type
      display
    }
  }
}
`,
  `# 3. Read the latest, and the history. Play tab 2 again with another accuracy and come back.
query Read {
  pipelineRun(ref: "my first run") {
    name
    accuracy: runMetadata(key: "accuracy") {
      value
      loggedAt
      step {
        name
      }
    }
    metadata {
      qualifiedKey
      type
      display
    }
    metadataHistory(key: "accuracy", first: 10) {
      totalCount
      nodes {
        id
        value
        loggedAt
      }
    }
  }
}
`,
];

/**
 * What GraphiQL lacks.
 * - A tab flies off under the pointer when it is first pressed (its animation leaves an old offset behind, and shows it
 *   again), so the click is lost. Tabs that never move are fine; they can be dragged all the same.
 * - Numbers are shown as a double would round them. Where the browser can tell how a number was written, it is kept so.
 */
const additions = `<style>.graphiql-tab { transform: none !important; }</style>
<script>
  if (JSON.rawJSON) {
    const parse = JSON.parse;
    const asWritten = (key, value, context) =>
      typeof value === 'number' && context && context.source !== String(value) ? JSON.rawJSON(context.source) : value;
    JSON.parse = (text, reviver) => parse(text, reviver ?? asWritten);
  }
</script>
`;

let page: Promise<GraphiQLPage> | undefined;

/** GraphiQL from our own files, without a CDN. It is some 9 MB, so it is made when it is first asked for, and once. */
export function loadGraphiQL(): Promise<GraphiQLPage> {
  page ??= makePage();
  return page;
}

async function makePage(): Promise<GraphiQLPage> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const rendered = await renderGraphiQL({
    title: 'Runledger',
    endpoint: '/graphql',
    defaultTabs: tabs.map((query) => ({ query })),
    defaultQuery: '',
  } as Parameters<typeof renderGraphiQL>[0]);
  const plain = rendered.replace('</head>', () => `${additions}</head>`);
  const compressed = await promisify(gzip)(plain, { level: 6 });
  return { plain, gzip: compressed, etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"` };
}
