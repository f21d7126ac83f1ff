import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** A write that was acknowledged: which, and the ids of what it wrote. */
export type Acknowledged = { requestId: string; variables: Record<string, unknown>; ids: string[] };

/** One call, by its writer, when it ended, how long it took, and whether it was answered with what was asked for. */
export type Call = { writer: string; at: number; ms: number; ok: boolean; isWrite: boolean };

export type Load = {
  acknowledged: Acknowledged[];
  calls: Call[];
  /** Ends all writers and readers, once their last call is answered. */
  stop(): Promise<void>;
};

export const logMutation =
  'mutation ($input: LogMetadataInput!) { logMetadata(input: $input) { replayed entries { id } } }';
const readQuery = 'query ($ref: String!) { pipelineRun(ref: $ref) { runMetadata(key: "n") { value } } }';

/** What `logMutation` answers. */
export type Logged = { logMetadata: { replayed: boolean; entries: { id: string }[] } };

/** Sends one request; null when no answer came, or one that says to try again. */
export async function send(
  url: string,
  query: string,
  variables: Record<string, unknown>,
): Promise<Record<string, unknown> | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
      // Beyond every deadline that is promised: what takes longer shows in the calls.
      signal: AbortSignal.timeout(60_000),
    });
    const { data, errors } = await response.json();
    if (!errors) return data;
    const codes = errors.map((error: { extensions: { code: string } }) => error.extensions.code);
    const others = codes.filter((code: string) => code !== 'UNAVAILABLE' && code !== 'TIMEOUT');
    if (others.length > 0) throw new Error(`${others}: ${JSON.stringify(errors)}`);
    return null;
  } catch (error) {
    if (error instanceof Error && /^[A-Z_]+(,|:)/.test(error.message)) throw error;
    return null;
  }
}

/**
 * Eight writers, each to a run and step of its own and now and then to a shared one, and four readers: about 200 requests
 * a second. Loads beside each other need runs of other names: `prefix`. A write that is not acknowledged is sent again with the same ids until it is.
 */
export async function startLoad(url: string, writers = 8, readers = 4, prefix = ''): Promise<Load> {
  const acknowledged: Acknowledged[] = [];
  const calls: Call[] = [];
  let stopping = false;
  // Numbers of its own too: each is written once.
  let n = prefix.length * 100_000_000;

  const call = async (writer: string, query: string, variables: Record<string, unknown>) => {
    const began = performance.now();
    const data = await send(url, query, variables);
    const now = performance.now();
    calls.push({ writer, at: now, ms: now - began, ok: data !== null, isWrite: query === logMutation });
    return data;
  };
  const untilDone = async (writer: string, query: string, variables: Record<string, unknown>) => {
    for (let waitMs = 20; ; waitMs = Math.min(300, waitMs * 2)) {
      const data = await call(writer, query, variables);
      if (data) return data;
      await pause(waitMs);
    }
  };
  const begin = async (name: string) => {
    const start = 'mutation ($id: UUID!, $name: String!) { startRun(input: { id: $id, name: $name }) { id } }';
    await untilDone(name, start, { id: randomUUID(), name });
    const step = 'mutation ($id: UUID!, $run: String!) { startStep(input: { id: $id, run: $run, name: "s" }) { id } }';
    await untilDone(name, step, { id: randomUUID(), run: name });
  };
  const write = async (writer: string) => {
    while (!stopping) {
      n += 1;
      const run = n % 10 === 0 ? `${prefix}shared` : writer;
      const requestId = randomUUID();
      const target = n % 3 === 0 ? { run } : { step: { run, name: 's' } };
      const variables = { input: { target, requestId, metadata: { n, [`of ${writer}`]: n } } };
      const data = await untilDone(writer, logMutation, variables);
      acknowledged.push({ requestId, variables, ids: (data as Logged).logMetadata.entries.map(({ id }) => id) });
      await pause(40);
    }
  };
  const read = async (reader: string) => {
    while (!stopping) {
      await call(reader, readQuery, { ref: `${prefix}w${Math.floor(Math.random() * writers)}` });
      await pause(60);
    }
  };

  await begin(`${prefix}shared`);
  await Promise.all(Array.from({ length: writers }, (_, index) => begin(`${prefix}w${index}`)));
  calls.length = 0;
  const all = [
    ...Array.from({ length: writers }, (_, index) => write(`${prefix}w${index}`)),
    ...Array.from({ length: readers }, (_, index) => read(`r${index}`)),
  ];
  return {
    acknowledged,
    calls,
    async stop() {
      stopping = true;
      await Promise.all(all);
    },
  };
}
