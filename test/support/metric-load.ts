import { randomUUID } from 'node:crypto';

/** A load of every kind, and what it must have been counted as. */
export type Load = { answers: Map<string, number>; entries: number; replays: number };

const logText =
  'mutation Log($input: LogMetadataInput!) { logMetadata(input: $input) { replayed entries { id } run { id name } } }';

/** Sends requests of each kind at once, `times` of each, and says what was answered: `operation way code` and how often. */
export async function makeLoad(url: string, times: number): Promise<Load> {
  const answers = new Map<string, number>();
  const note = (operation: string, way: string, code = 'OK') => {
    const kind = `${operation} ${way} ${code}`;
    answers.set(kind, (answers.get(kind) ?? 0) + 1);
  };
  const post = async (operation: string, code: string, query: string, variables?: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
    if ((errors?.[0]?.extensions.code ?? 'OK') !== code) throw new Error(`Not ${code}: ${JSON.stringify(errors)}`);
    note(operation, 'json', code);
  };
  const get = async (accept: string, way: string) => {
    const address = new URL(url);
    address.searchParams.set('query', 'query Names { pipelineRuns(first: 1) { nodes { name } } }');
    await (await fetch(address, { headers: { accept } })).text();
    note('query', way);
  };
  const name = `load-${randomUUID()}`;
  await post('mutation', 'OK', 'mutation ($name: String!) { startRun(input: { name: $name }) { id } }', { name });
  const once = async () => {
    const input = { target: { run: name }, metadata: { loss: 0.5, accuracy: 0.9 }, requestId: randomUUID() };
    await Promise.all([
      post(
        'query',
        'OK',
        'query Run($name: String!) { pipelineRun(ref: $name) { runMetadata(key: "loss") { value } } }',
        {
          name,
        },
      ),
      post('mutation', 'OK', logText, { input }).then(() => post('mutation', 'OK', logText, { input })),
      post('mutation', 'NOT_FOUND', logText, { input: { ...input, target: { run: 'nowhere' } } }),
      post('mutation', 'BAD_USER_INPUT', logText, { input: { ...input, metadata: { '': 1 } } }),
      post('none', 'GRAPHQL_PARSE_FAILED', '{'),
      post('none', 'GRAPHQL_VALIDATION_FAILED', '{ nothing }'),
      get('application/json', 'get'),
      get('text/event-stream', 'stream'),
    ]);
  };
  await Promise.all(Array.from({ length: times }, once));
  return { answers, entries: 2 * times, replays: times };
}
