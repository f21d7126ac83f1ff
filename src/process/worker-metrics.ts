import cluster, { type Worker } from 'node:cluster';
import type { Metric } from '../measure/metric.ts';

/** What goes between a worker and its parent about metrics; each question has a number, which its answer repeats. */
export type MetricsMessage =
  | { askMetrics: number }
  | { metrics: Metric[]; answers: number }
  | { askText: number }
  | { text: string | null; answers: number };

/** A worker that does not say its own within this time is taken at its last word: its event loop may be held up. */
const answerTimeoutMs = 1_000;

/**
 * In the parent: gathers the metrics of all workers with its own, for whoever asks, a worker too. What a worker has counted
 * stays counted when it has ended, up to when it was last asked.
 */
export function gatherFromWorkers(readOwn: () => Promise<Metric[]>): () => Promise<string> {
  const known = new Map<number, Metric[]>();
  const waiting = new Map<number, (metrics: Metric[]) => void>();
  const ended: Metric[][] = [];
  let questions = 0;

  function ask(worker: Worker): Promise<void> {
    return new Promise((resolve) => {
      questions += 1;
      const question = questions;
      const finish = (metrics?: Metric[]) => {
        clearTimeout(timer);
        waiting.delete(question);
        if (metrics && !worker.isDead()) known.set(worker.id, metrics);
        resolve();
      };
      const timer = setTimeout(finish, answerTimeoutMs);
      waiting.set(question, finish);
      worker.send({ askMetrics: question } satisfies MetricsMessage, (error) => error && finish());
    });
  }

  async function text(): Promise<string> {
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker?.isConnected());
    await Promise.all(workers.map((worker) => ask(worker!)));
    const { sumUp, toText } = await import('../telemetry/prometheus.ts');
    // What ended while this was under way is added behind what is summed up here.
    const summed = ended.splice(0);
    ended.unshift(await sumUp(summed));
    return toText([await readOwn(), ...known.values(), ...ended]);
  }

  const onMessage = (worker: Worker, message: MetricsMessage) => {
    if ('metrics' in message) waiting.get(message.answers)?.(message.metrics);
    if (!('askText' in message)) return;
    const answer = (said: string | null) =>
      worker.isConnected() && worker.send({ text: said, answers: message.askText } satisfies MetricsMessage, () => {});
    text().then(answer, () => answer(null));
  };
  const onExit = ({ id }: Worker) => {
    const last = known.get(id);
    if (last) ended.push(last);
    known.delete(id);
  };
  cluster.on('message', onMessage);
  cluster.on('exit', onExit);
  return text;
}

/** How a worker and its parent speak. */
export type Line = {
  tell: (message: MetricsMessage) => void;
  /** Hears what the parent says. */
  hear: (listener: (message: MetricsMessage) => void) => void;
};

/** In a worker: answers the parent's questions for its own metrics, and asks for those of all. */
export function answerParent(line: Line, readOwn: () => Promise<Metric[]>): () => Promise<string> {
  const waiting = new Map<number, (text: string | null) => void>();
  let questions = 0;
  line.hear((message) => {
    if ('text' in message) {
      waiting.get(message.answers)?.(message.text);
      waiting.delete(message.answers);
    } else if ('askMetrics' in message) {
      readOwn().then(
        (metrics) => line.tell({ metrics, answers: message.askMetrics }),
        () => {},
      );
    }
  });
  return () =>
    new Promise((resolve, reject) => {
      questions += 1;
      waiting.set(questions, (text) =>
        text === null ? reject(new Error('The parent could not gather the metrics.')) : resolve(text),
      );
      line.tell({ askText: questions });
    });
}
