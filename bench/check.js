import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

/**
 * Asks a server `count` random questions, some at a time, and compares each answer with what the tables say.
 * @param {string} url @param {string} query @param {import('./workloads.js').Workload} workload
 * @param {import('pg').Client} client @param {import('./shape.js').Shape} shape @param {number} count
 * @param {number} atOnce
 * @throws when one of them is wrong
 */
export async function checkAnswers(url, query, workload, client, shape, count = 96, atOnce = 32) {
  const { sample, expected, answered } = workload;
  if (!sample || !expected || !answered) return;
  // What counters tell at once, the tables tell in seconds: a question without variables is asked of them only once.
  /** @type {Map<string, unknown>} */
  const told = new Map();
  const tell = async (/** @type {Record<string, unknown>} */ variables) => {
    const question = JSON.stringify(variables);
    if (!told.has(question)) told.set(question, await expected(client, variables));
    return told.get(question);
  };
  for (let asked = 0; asked < count; asked += atOnce) {
    const questions = Array.from({ length: atOnce }, () => sample(shape));
    const answers = await Promise.all(questions.map((variables) => ask(url, query, variables)));
    for (const [at, variables] of questions.entries()) {
      const [is, should] = [answered(answers[at]), await tell(variables)];
      if (isDeepStrictEqual(is, should)) continue;
      throw new Error(`${url} answered ${JSON.stringify(is)} instead of ${JSON.stringify(should)} to ${query}`);
    }
  }
}

async function ask(
  /** @type {string} */ url,
  /** @type {string} */ query,
  /** @type {Record<string, unknown>} */ variables,
) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`${url} answered ${JSON.stringify(errors[0])} to ${query}`);
  return data;
}

/** The last id that was given out, once nobody has taken another for half a second: the end of what was under way. */
export async function settledId(/** @type {import('pg').Client} */ client) {
  for (let last = ''; ; await setTimeout(500)) {
    const { rows } = await client.query('SELECT last_value::text AS id FROM metadata_entry_id_seq');
    if (rows[0].id === last) return last;
    last = rows[0].id;
  }
}

/**
 * Checks that what a server said it wrote is committed: the rows of every answered request, and of those at most that
 * were still under way when the load ended.
 * @param {import('pg').Client} client @param {{ after: string, requests: number, rows: number, connections: number, name: string }} wrote
 */
export async function checkCommitted(client, { after, requests, rows, connections, name }) {
  const found = await client.query('SELECT count(*)::int AS count FROM metadata_entry WHERE id > $1', [after]);
  const { count } = found.rows[0];
  if (count >= requests * rows && count <= (requests + connections) * rows) return;
  throw new Error(`${name} answered ${requests} requests of ${rows} entries, but ${count} entries are there`);
}
