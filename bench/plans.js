// npm run plans [-- --runs 100000]
// Prints, as Markdown, how Postgres answers each kind of question of a dashboard on a ledger of many runs: EXPLAIN of the
// statements as the service sends them.
import { parseArgs } from 'node:util';
import pg from 'pg';
import { pino } from 'pino';
import { createApp } from '../dist/graphql/app.js';
import { openDatabase } from '../dist/storage/postgres/database.js';
import { openFilledCluster } from './cluster.js';
import { shapeOfRuns, sizeOf, stepId } from './shape.js';

const { values: options } = parseArgs({ options: { runs: { type: 'string', default: '100000' } } });
const shape = shapeOfRuns(Number(options.runs));
const page = (parameters) => `{ pipelineRuns(first: 50, ${parameters}) { nodes { name } } }`;
const metadata = (condition) => `filter: { metadata: ${condition} }`;
const order = (metadataOrder) => `orderBy: { metadata: ${metadataOrder} }`;

const questions = {
  'latest of a key of a step': `{ step(id: "${stepId(7, 1)}") { runMetadata(key: "loss") { value } } }`,
  'history of a key of a step': `{ step(id: "${stepId(7, 1)}") { metadataHistory(key: "loss") { nodes { value } } } }`,
  'runs by start': '{ pipelineRuns(first: 50) { nodes { name } } }',
  'by a key': page(order('{ key: "loss", direction: ASC }')),
  'a number that many have, by another key': page(
    `${metadata('{ key: "accuracy", gt: 0.5 }')}, ${order('{ key: "loss", direction: ASC }')}`,
  ),
  'a number that few have, by another key': page(
    `${metadata('{ key: "accuracy", gt: 0.999 }')}, ${order('{ key: "loss", direction: ASC }')}`,
  ),
  'of one step': page(
    `${metadata('{ key: "accuracy", step: "step_1", gt: 0.5 }')}, ${order('{ key: "loss", step: "step_1" }')}`,
  ),
  'equal to a text': page(metadata('{ key: "metric_17", equals: "s3://bucket/model/7" }')),
  'a text that begins so': page(metadata('{ key: "metric_17", startsWith: "s3://bucket/model/777" }')),
  'without the key': page(metadata('{ key: "missing", exists: false }')),
  'all keys of a run': `{ step(id: "${stepId(7, 1)}") { run { metadata { key } } } }`,
};

const cluster = await openFilledCluster(shape);
try {
  const sent = listenIn();
  const db = openDatabase({ connectionString: cluster.url, maxConnections: 1 });
  const app = createApp({ db, log: pino({ level: 'error' }) });
  console.log(`EXPLAIN on ${sizeOf(shape)}, statements as they are sent:\n`);
  for (const [name, query] of Object.entries(questions)) {
    sent.length = 0;
    const { body } = await app.answer(JSON.stringify({ query }), 'application/json');
    if (body.includes('"errors"')) throw new Error(`${name}: ${body}`);
    const statements = sent.filter(({ text }) => /\b(latest_entry|metadata_entry|pipeline_run)\b/.test(text));
    console.log(`**${name}**\n\n\`\`\`text`);
    for (const { text, values } of statements) {
      const { rows } = await cluster.client.query(`EXPLAIN (COSTS OFF) ${text}`, values);
      console.log(rows.map((row) => shorten(row['QUERY PLAN'])).join('\n'));
    }
    console.log('```\n');
  }
  await db.close();
} finally {
  await cluster.close();
}

/** All statements that go to Postgres from now on, as they are sent. */
function listenIn() {
  const statements = [];
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (config, values, ...more) {
    if (typeof config === 'object' && typeof config.text === 'string' && !config.text.startsWith('EXPLAIN'))
      statements.push({ text: config.text, values: config.values ?? values ?? [] });
    return query.call(this, config, values, ...more);
  };
  return statements;
}

/** The long name of the index and the casts of constants say nothing here. */
function shorten(line) {
  return line
    .replaceAll(/latest_entry_filter_scope_\w+/g, 'latest_entry_filter')
    .replaceAll(/::(text|uuid|numeric|bigint|integer|timestamp with time zone)\b(?!\[)/g, '')
    .replaceAll(/ COLLATE "C"/g, '');
}
