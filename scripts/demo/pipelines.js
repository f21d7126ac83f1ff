// What the demo's pipelines do, and how they go wrong. A run is plain data: its steps, and what they logged when.
import { normal, pick, randomFrom, round, seedOf } from './random.js';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const dayMs = 24 * 60 * minuteMs;

const failures = [
  {
    type: 'ValueError',
    message: 'Input contains NaN.',
    traceback:
      'Traceback (most recent call last):\n  File "evaluate.py", line 41, in evaluate\n    check_array(X)\nValueError: Input contains NaN.',
  },
  { type: 'MemoryError', message: 'Unable to allocate 11.2 GiB for an array with shape (1240000, 1211).' },
  { type: 'ConnectionError', message: 'warehouse.example.com:5439 did not answer in 30 s.' },
];

/** Of every so many runs the first does the work of a step, and the others take it over from that one. */
function sourceOf(index, every, nameOf) {
  const source = index - ((index - 1) % every);
  return source === index ? undefined : nameOf(source);
}

function churnName(startMs) {
  return `churn-nightly-${new Date(startMs).toISOString().slice(0, 10)}`;
}

/** A learning curve with its noise, a spike now and then, and a plateau. */
function curve(random, points, { from, to, noise }) {
  const rate = 2.5 + random() * 3;
  return Array.from({ length: points }, (_, index) => {
    const base = to + (from - to) * Math.exp((-rate * index) / points);
    const spike = random() < 0.004 ? noise * 12 : 0;
    return round(Math.max(0.0001, base + normal(random, 0, noise) + spike), 6);
  });
}

/** Curves as entries, one an iteration. */
export function entriesOf(curves, startMs, tookMs) {
  return Object.entries(curves).flatMap(([key, values]) =>
    values.map((value, index) => ({
      key,
      value,
      type: 'FLOAT',
      iteration: index + 1,
      loggedAt: new Date(startMs + (tookMs * (index + 1)) / values.length).toISOString(),
    })),
  );
}

/** A random forest on a small table, every three hours. */
function iris(index, startMs) {
  const random = randomFrom(seedOf(`iris-${index}`));
  const trees = pick(random, [50, 100, 200]);
  const depth = pick(random, [3, 5, 8]);
  const accuracy = Math.min(0.995, round(normal(random, 0.9 + depth * 0.006 + trees / 8_000, 0.018), 4));
  const isBroken = random() < 0.05;
  return {
    name: `iris-${index}`,
    pipeline: 'iris',
    startMs,
    metadata: {
      config: { trees, depth, features: ['sepal', 'petal'], split: { test: 0.2, seed: 1000 + index } },
      git_commit: idText(random, 7),
    },
    steps: [
      {
        name: 'load',
        tookMs: (4 + random() * 3) * secondMs,
        metadata: { rows: 150, source: 'https://archive.ics.uci.edu/dataset/53/iris' },
        cachedEvery: 4,
      },
      {
        name: 'train',
        tookMs: (10 + trees / 4) * secondMs,
        metadata: { seed: 1000 + index },
        entries: [{ key: 'size', value: Math.round(trees * depth * 1_730), type: 'STORAGE_SIZE' }],
      },
      {
        name: 'evaluate',
        tookMs: (3 + random() * 2) * secondMs,
        metadata: isBroken
          ? {}
          : {
              accuracy,
              f1: round(accuracy - random() * 0.02, 4),
              confusion: [
                [10, 0, 0],
                [0, 9, 1],
                [0, 1, 9],
              ],
            },
        entries: isBroken ? [] : [{ key: 'model', value: `s3://models/iris/${index}`, type: 'URI' }],
        ...(isBroken ? { status: 'FAILED', failure: failures[index % failures.length] } : {}),
      },
    ],
  };
}

/** A nightly pipeline on the data of the shop; the step that fetches is tried again when the source is away. */
function churn(index, startMs) {
  const random = randomFrom(seedOf(`churn-${index}`));
  const rows = Math.round(normal(random, 1_240_000, 22_000));
  const attempts = random() < 0.25 ? 2 : random() < 0.08 ? 3 : 1;
  const isBroken = random() < 0.06;
  const auc = round(normal(random, 0.842 + index * 0.0004, 0.006), 5);
  return {
    name: churnName(startMs),
    pipeline: 'churn',
    startMs,
    metadata: { tags: undefined, dataset: `warehouse.shop.orders@${new Date(startMs).toISOString().slice(0, 10)}` },
    entries: [{ key: 'tags', value: ['nightly', 'prod'], type: 'SET' }],
    steps: [
      {
        name: 'extract',
        attempts,
        tookMs: (95 + random() * 60) * secondMs,
        metadata: { rows, snapshot_id: 9_007_199_254_740_993n + BigInt(index) },
        entries: [{ key: 'volume', value: rows * 412, type: 'STORAGE_SIZE' }],
      },
      {
        name: 'validate',
        tookMs: 41 * secondMs,
        metadata: {
          null_share: round(random() * 0.004, 6),
          drift: { age: round(random() * 0.1, 4), basket: round(random() * 0.2, 4), region: round(random() * 0.05, 4) },
        },
      },
      {
        name: 'features',
        tookMs: (130 + random() * 40) * secondMs,
        metadata: { columns: 184 },
        cachedFrom: sourceOf(index, 9, (source) => churnName(startMs - (index - source) * dayMs)),
      },
      {
        name: 'train',
        tookMs: (11 + random() * 5) * minuteMs,
        curves: {
          loss: curve(random, 120, { from: 0.69, to: 0.34, noise: 0.006 }),
          auc: curve(random, 120, { from: 0.5, to: auc, noise: 0.004 }),
        },
        metadata: { config: { eta: 0.05, max_depth: 7, subsample: 0.8 } },
      },
      {
        name: 'evaluate',
        tookMs: 52 * secondMs,
        metadata: isBroken ? {} : { auc, log_loss: round(0.36 - (auc - 0.84) / 2, 5) },
        ...(isBroken ? { status: 'FAILED', failure: failures[index % failures.length] } : {}),
      },
      ...(isBroken
        ? []
        : [
            {
              name: 'publish',
              tookMs: 12 * secondMs,
              metadata: { approved: auc > 0.845 },
              entries: [
                { key: 'model', value: `https://models.example.com/churn/${index}`, type: 'URI' },
                { key: 'dtype', value: 'float32', type: 'DTYPE' },
              ],
            },
          ]),
    ],
  };
}

/** Fine-tuning, a few a day: long curves, large checkpoints, sometimes stopped by hand. */
function finetune(index, startMs) {
  const random = randomFrom(seedOf(`tune-${index}`));
  const lr = pick(random, [1e-5, 2e-5, 5e-5, 1e-4]);
  const diverges = lr === 1e-4 && random() < 0.5;
  const points = 400 + Math.floor(random() * 500);
  const tookMs = (70 + random() * 110) * minuteMs;
  const loss = curve(random, points, { from: 3.1, to: 1.28 - Math.log10(lr / 1e-5) * 0.12, noise: 0.05 });
  const shown = diverges
    ? loss.map((value, at) => (at > points * 0.6 ? round(value + (at - points * 0.6) * 0.02, 6) : value))
    : loss;
  const grad = loss.map((value) => round(value * 0.4 + random() * 0.3, 5));
  return {
    name: `tune-7b-${index}`,
    pipeline: 'finetune',
    startMs,
    status: diverges ? 'CANCELLED' : 'COMPLETED',
    metadata: {
      config: {
        lr,
        warmup: 100,
        batch: pick(random, [8, 16, 32]),
        lora: { r: 16, alpha: 32, dropout: 0.05 },
        layers: [64, 64, pick(random, [32, 64])],
      },
      host: `gpu-${1 + Math.floor(random() * 8)}`,
    },
    steps: [
      {
        name: 'tokenize',
        tookMs: (240 + random() * 60) * secondMs,
        metadata: { tokens: 48_211_904_512, tokenizer: 'bpe-32k' },
        cachedEvery: 2,
      },
      {
        name: 'train',
        tookMs,
        curves: {
          loss: shown,
          grad_norm: grad,
          lr: loss.map((_, at) => lr * Math.min(1, (at + 1) / 100) * (0.5 + 0.5 * Math.cos((Math.PI * at) / points))),
        },
        entries: [
          { key: 'checkpoint', value: `s3://checkpoints/tune-7b/${index}/final`, type: 'URI' },
          { key: 'checkpoint_size', value: '13.5 GiB', type: 'STORAGE_SIZE' },
        ],
        status: diverges ? 'CANCELLED' : 'COMPLETED',
      },
      ...(diverges
        ? []
        : [
            {
              name: 'evaluate',
              tookMs: 9 * minuteMs,
              metadata: {
                perplexity: round(Math.exp(loss.at(-1)), 4),
                bleu: round(normal(random, 31, 1.2), 3),
                epsilon: 1.1e-13,
              },
            },
          ]),
    ],
  };
}

/** One trial of many: a run of one step, a few numbers. */
function sweep(index, startMs) {
  const random = randomFrom(seedOf(`sweep-${index}`));
  const lr = round(10 ** (-4 + random() * 3), 6);
  const dropout = round(random() * 0.5, 3);
  const units = pick(random, [32, 64, 128, 256]);
  const score = 0.93 - (Math.log10(lr) + 2.3) ** 2 * 0.05 - (dropout - 0.2) ** 2 + Math.log2(units / 32) * 0.008;
  const isBroken = random() < 0.03;
  return {
    name: `sweep-${String(index).padStart(5, '0')}`,
    pipeline: 'sweep',
    startMs,
    metadata: { lr, dropout, units },
    steps: [
      {
        name: 'trial',
        tookMs: (20 + units / 4 + random() * 10) * secondMs,
        metadata: isBroken
          ? {}
          : { accuracy: round(normal(random, score, 0.01), 4), loss: round(0.2 + (0.95 - score) * 2, 4) },
        ...(isBroken ? { status: 'FAILED', failure: failures[index % failures.length] } : {}),
      },
    ],
  };
}

/** What people log that nobody expects. */
function odd(startMs) {
  return {
    name: 'odd-values',
    pipeline: 'playground',
    startMs,
    metadata: {
      'a <b>bold</b> key': '<img src=x onerror=alert(1)>',
      forty_digits: 1234567890123456789012345678901234567890n,
      '‮right to left': 'שלום עולם',
      empty: '',
      nothing: null,
      long: 'All work and no play. '.repeat(300),
      deep: { a: { b: { c: [1, { d: 9_007_199_254_740_993n }] } } },
    },
    entries: [{ key: 'not_a_number', value: 'NaN', type: 'FLOAT' }],
    steps: [],
  };
}

function idText(random, length) {
  return Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
}

/** A month of runs up to `nowMs`, the oldest first. */
export function runsOf(nowMs, { sweeps }) {
  const first = nowMs - 30 * dayMs;
  const times = (count, everyMs, make) =>
    Array.from({ length: count }, (_, index) => make(index + 1, first + (index + 0.4) * everyMs));
  const runs = [
    ...times(240, dayMs / 8, iris),
    ...times(30, dayMs, churn),
    ...times(90, dayMs / 3, finetune),
    ...times(sweeps, (30 * dayMs) / sweeps, sweep),
    odd(nowMs - 2 * dayMs),
  ];
  return runs.sort((a, b) => a.startMs - b.startMs);
}
