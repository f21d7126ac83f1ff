import type { ServerResponse } from 'node:http';
import { send } from './answers.ts';

/** All metrics as Prometheus reads them. */
export type MetricsText = () => Promise<string>;

export async function sendMetrics(metrics: MetricsText, response: ServerResponse): Promise<void> {
  const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' };
  send(response, 200, headers, await metrics());
}
