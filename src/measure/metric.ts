import type { Histogram } from './histogram.ts';

/** What a metric says at this moment, in the form in which prom-client takes and gives it. */
export type Metric = {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram' | 'summary';
  values: Sample[];
  /** How one is made of those of several processes. */
  aggregator: 'sum' | 'first' | 'min' | 'max' | 'average' | 'omit';
};

/** `metricName` where it is not the metric's own: the buckets, the sum and the count of a histogram. */
export type Sample = { value: number; labels: Labels; metricName?: string };

type Labels = Record<string, string | number>;

/** What only grows while the process lives. */
export function counter(name: string, help: string, values: [labels: Labels, value: number][]): Metric {
  return {
    name,
    help,
    type: 'counter',
    values: values.map(([labels, value]) => ({ labels, value })),
    aggregator: 'sum',
  };
}

/** What goes up and down. Of several processes it is the sum. */
export function gauge(name: string, help: string, values: [labels: Labels, value: number][]): Metric {
  return { name, help, type: 'gauge', values: values.map(([labels, value]) => ({ labels, value })), aggregator: 'sum' };
}

export function histogram(name: string, help: string, values: [labels: Labels, value: Histogram][]): Metric {
  return {
    name,
    help,
    type: 'histogram',
    values: values.flatMap(([labels, value]) => samplesOf(name, labels, value)),
    aggregator: 'sum',
  };
}

/** Prometheus counts each bucket together with those below it. */
function samplesOf(name: string, labels: Labels, { bounds, counts, sum }: Histogram): Sample[] {
  let count = 0;
  const buckets = counts.map((each, place): Sample => {
    count += each;
    return { metricName: `${name}_bucket`, labels: { le: bounds[place] ?? '+Inf', ...labels }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}

/** Of two parts of one process that count the same things, one metric each: sample by sample, the sum. */
export function addMetrics(metrics: Metric[], others: Metric[]): Metric[] {
  const only = others.filter(({ name }) => !metrics.some((metric) => metric.name === name));
  const sums = metrics.map((metric) => {
    const other = others.find(({ name }) => name === metric.name);
    return other ? { ...metric, values: addSamples(metric.values, other.values) } : metric;
  });
  return [...sums, ...only];
}

function addSamples(samples: Sample[], others: Sample[]): Sample[] {
  const keyOf = ({ metricName, labels }: Sample) => JSON.stringify([metricName, Object.entries(labels).sort()]);
  const sums = new Map(samples.map((sample) => [keyOf(sample), sample]));
  for (const sample of others) {
    const value = (sums.get(keyOf(sample))?.value ?? 0) + sample.value;
    sums.set(keyOf(sample), { ...sample, value });
  }
  return [...sums.values()];
}
