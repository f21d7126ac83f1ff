import type { Server } from 'node:http';
import { refuse } from './answers.ts';
import { defaultConnectionLimits, limitConnections } from './connections.ts';
import { isAllowedHost } from './guard.ts';
import { type MetricsText, sendMetrics } from './metrics.ts';

/** A server of `/metrics` alone, for a port of its own. Does not listen yet. */
export function createMetricsServer(metrics: MetricsText, allowedHosts: string[]): Server {
  const server = limitConnections({ ...defaultConnectionLimits, maxConnections: 100 });
  return server.on('request', (request, response) => {
    if (!isAllowedHost(request.headers.host, allowedHosts))
      return refuse(response, 403, 'This host name is not served.');
    if (request.url?.split('?')[0] !== '/metrics') return refuse(response, 404, 'There is nothing here but /metrics.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, '/metrics takes GET.');
    sendMetrics(metrics, response).catch(() => response.destroy());
  });
}
