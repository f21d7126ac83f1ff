import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A span as OTLP has it in JSON. */
export type OtlpSpan = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code?: number };
};

/** A metric as OTLP has it in JSON. */
type OtlpMetric = {
  name: string;
  unit: string;
  sum?: { isMonotonic: boolean; dataPoints: { asDouble: number; attributes: OtlpSpan['attributes'] }[] };
  gauge?: { dataPoints: { asDouble: number }[] };
  histogram?: { dataPoints: { count: number; sum: number; bucketCounts: number[]; explicitBounds: number[] }[] };
};

/** Takes what is sent by OTLP over HTTP, as a collector does. */
export type Collector = {
  url: string;
  spans: OtlpSpan[];
  /** Of the last export. */
  metrics: () => OtlpMetric[];
  resources: () => Record<string, unknown>[];
  /** Requests of a path, whatever was in them. */
  taken: Map<string, { type: string; headers: NodeJS.Dict<string | string[]> }>;
  close(): Promise<void>;
};

/** An attribute's value, whatever its type. */
export function attributesOf(attributes: OtlpSpan['attributes']): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** Listens on a free loopback port. */
export async function openCollector(): Promise<Collector> {
  const spans: OtlpSpan[] = [];
  let metrics: OtlpMetric[] = [];
  const resources: Record<string, unknown>[] = [];
  const taken: Collector['taken'] = new Map();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    taken.set(request.url!, { type: request.headers['content-type'] ?? '', headers: request.headers });
    response.writeHead(200, { 'content-type': request.headers['content-type'] }).end(chunks.length > 0 ? '{}' : '');
    if (!request.headers['content-type']?.includes('json')) return;
    const { resourceSpans = [], resourceMetrics = [] } = JSON.parse(body.toString());
    for (const { resource, scopeSpans } of resourceSpans) {
      resources.push(attributesOf(resource.attributes));
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    for (const { scopeMetrics } of resourceMetrics) {
      metrics = scopeMetrics.flatMap((scope: { metrics: OtlpMetric[] }) => scope.metrics);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    metrics: () => metrics,
    resources: () => resources,
    taken,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
