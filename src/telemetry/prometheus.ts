import { AggregatorRegistry } from 'prom-client';
import type { Metric } from '../measure/metric.ts';

/** The metrics of all processes as one text for Prometheus, each the sum of theirs, or whatever its `aggregator` says. */
export function toText(processes: Metric[][]): Promise<string> {
  // One with nothing in it yet would be a name without a value.
  const said = processes.map((metrics) => metrics.filter(({ values }) => values.length > 0).map(keepStart));
  return AggregatorRegistry.aggregate(said as never).metrics();
}

/** Of several processes prom-client leaves out when they started; the service started with its first. */
function keepStart(metric: Metric): Metric {
  return metric.name === 'process_start_time_seconds' ? { ...metric, aggregator: 'min' } : metric;
}

/** The counts of processes that have ended, as one: what they counted must not be uncounted. */
export function sumUp(processes: Metric[][]): Promise<Metric[]> {
  const counts = processes.map((metrics) =>
    metrics.filter(({ type, aggregator }) => (type === 'counter' || type === 'histogram') && aggregator === 'sum'),
  );
  return AggregatorRegistry.aggregate(counts as never).getMetricsAsJSON() as unknown as Promise<Metric[]>;
}
