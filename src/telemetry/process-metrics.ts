import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Metric } from '../measure/metric.ts';

/** How often the delay of the event loop is looked at. */
const eventLoopPrecisionMs = 20;

/**
 * What prom-client says of every process: CPU, memory, file handles, the event loop, garbage collection. Begins to look when
 * it is called, and once: it cannot be ended.
 */
export function watchProcess(): () => Promise<Metric[]> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: eventLoopPrecisionMs });
  return async () => (await registry.getMetricsAsJSON()) as unknown as Metric[];
}
