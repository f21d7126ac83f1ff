import type { Metric } from '../measure/metric.ts';
import { isLoopback } from './listen-on.ts';
import type { Settings } from './settings.ts';

/** A part of the process that has something to say. */
export type Source = () => Metric[] | Promise<Metric[]>;

/** Where `/metrics` is answered: on the service's own port, on one of its own, or nowhere. */
export function placeOfMetrics({ METRICS, METRICS_PORT, HOST }: Settings): 'service' | 'own port' | 'nowhere' {
  if (METRICS === 'off') return 'nowhere';
  if (METRICS_PORT !== undefined) return 'own port';
  return METRICS === 'on' || isLoopback(HOST) ? 'service' : 'nowhere';
}

export async function readAll(sources: Source[]): Promise<Metric[]> {
  return (await Promise.all(sources.map((source) => source()))).flat();
}

/** The metrics of a service that is one process. */
export async function textOf(read: () => Promise<Metric[]>): Promise<string> {
  const { toText } = await import('../telemetry/prometheus.ts');
  return toText([await read()]);
}
