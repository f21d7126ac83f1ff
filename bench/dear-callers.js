// node bench/dear-callers.js URL KIND CALLERS RUNS, by bench/dear.js: asks dear queries, each caller one after the other without a pause,
// until it is told to stop; then says how many had been answered, and how.
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { dearQueries } from './dear-queries.js';

// Whoever asks has a machine of its own, and here it shares the cores: it takes what of them nobody else wants. Where Linux shares
// them between sessions, that is told of the session, which is this process alone.
setPriority(19);
try {
  writeFileSync('/proc/self/autogroup', '19');
} catch {
  // Then the priority counts within all that the benchmark has started.
}
process.once('disconnect', () => process.exit());

const [url = '', kind = '', callers = '1', runs = '1'] = process.argv.slice(2);
const kinds = kind === 'mixed' ? Object.values(dearQueries) : [dearQueries[kind]].filter((one) => one !== undefined);
if (kinds.length === 0) throw new Error(`There is no kind ${kind}: ${Object.keys(dearQueries).join(', ')}, mixed`);

/** @type {Record<string, number>} */
const answers = {};
let isOver = false;
let turns = 0;

async function ask() {
  const make = kinds[turns++ % kinds.length]?.make;
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(make?.(Number(runs))),
    headers: { 'content-type': 'application/json' },
  });
  const text = await response.text();
  const code = /"code":"(\w+)"/.exec(text)?.[1] ?? 'OK';
  answers[code] = (answers[code] ?? 0) + 1;
}

const work = Promise.all(
  Array.from({ length: Number(callers) }, async () => {
    while (!isOver) await ask();
  }),
);
process.send?.('begun');
process.once('message', async () => {
  isOver = true;
  const said = Object.entries(answers).map(([code, count]) => `${count} ${code}`);
  // What is under way is cancelled by whoever has the database, or ends by itself.
  await Promise.race([work, new Promise((resolve) => setTimeout(resolve, 16_000))]);
  process.send?.([...said, `${callers} under way`].join(', '), () => process.exit());
});
