import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { attributesOf, openCollector } from '../support/collector.ts';
import { makeLoad } from '../support/metric-load.ts';
import { scrape } from '../support/scrape.ts';
import { testAlone } from '../support/test.ts';
import { until } from '../support/until.ts';

// The built service, as an OpenTelemetry collector sees it.

const test = testAlone
  .extend('collector', async ({ task: _task }, { onCleanup }) => {
    const collector = await openCollector();
    onCleanup(collector.close);
    return collector;
  })
  .extend('otel', ({ collector }) => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_METRIC_EXPORT_INTERVAL: '200',
  }));

const post = (url: string, query: string, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    body: JSON.stringify({ query }),
    headers: { 'content-type': 'application/json', ...headers },
  });

const logged =
  'mutation Log { logMetadata(input: { target: { run: "r" }, metadata: { k: 1 } }) { entries { id } run { name } } }';

test('a request is a span of its caller’s trace, with those of what was done on the database below it', async ({
  startService,
  collector,
  otel,
}) => {
  const { url } = await startService({ ...otel, OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' });
  await post(url, 'mutation { startRun(input: { name: "r" }) { id } }');
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await post(url, logged, { traceparent: `00-${traceId}-b7ad6b7169203331-01`, 'x-request-id': 'mine' });
  const ofTrace = () => collector.spans.filter((span) => span.traceId === traceId);
  await until('the spans have come', () => ofTrace().some(({ name }) => name === 'mutation Log'));
  const request = ofTrace().find(({ name }) => name === 'mutation Log')!;
  expect(request).toMatchObject({ parentSpanId: 'b7ad6b7169203331', kind: 2 });
  expect(attributesOf(request.attributes)).toMatchObject({
    'graphql.operation.type': 'mutation',
    'graphql.operation.name': 'Log',
    'runledger.request_id': 'mine',
    'runledger.code': 'OK',
  });
  const below = ofTrace().filter(({ parentSpanId }) => parentSpanId === request.spanId);
  expect(below.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['runs_by_reference', 'group_commit', 'runs_by_id']),
  );
  for (const { startTimeUnixNano, endTimeUnixNano, kind } of below) {
    expect(kind).toBe(3);
    expect(BigInt(startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(request.startTimeUnixNano));
    expect(BigInt(endTimeUnixNano)).toBeLessThanOrEqual(BigInt(request.endTimeUnixNano));
  }
  expect(collector.resources()[0]).toMatchObject({
    'service.name': 'runledger',
    'service.version': expect.stringMatching(/^\d/),
    'deployment.environment.name': 'test',
  });
  expect(JSON.stringify(collector.spans)).not.toContain('metadata: {');
});

test('what the caller does not sample is not sent, and a trace that begins here is in the log', async ({
  startService,
  collector,
  otel,
}) => {
  const service = await startService({ ...otel, LOG_LEVEL: 'debug' });
  const unsampled = '0af7651916cd43dd8448eb211c80319d';
  await post(service.url, '{ __typename }', { traceparent: `00-${unsampled}-b7ad6b7169203331-00` });
  await post(service.url, 'query Here { __typename }');
  await until('the span has come', () => collector.spans.some(({ name }) => name === 'query Here'));
  expect(collector.spans.filter((span) => span.traceId === unsampled)).toEqual([]);
  const here = collector.spans.find(({ name }) => name === 'query Here')!;
  expect(here.parentSpanId).toBeUndefined();
  const requests = service.logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
  expect(requests.map((line) => line.traceId)).toEqual([unsampled, here.traceId]);
});

test('the metrics are those of /metrics', async ({ startService, collector, otel }) => {
  const { url } = await startService(otel);
  const { answers, entries } = await makeLoad(url, 5);
  const total = [...answers.values()].reduce((sum, count) => sum + count, 0);
  const metric = (name: string) => collector.metrics().find((each) => each.name === name);
  const counted = () =>
    metric('runledger_requests')?.sum?.dataPoints.reduce((sum, { asDouble }) => sum + asDouble, 0) ?? 0;
  await until('all is told', () => counted() === total);
  expect(metric('runledger_entries_logged')?.sum?.dataPoints[0]?.asDouble).toBe(entries);
  const said = await scrape(url);
  const durations = metric('runledger_request_duration_seconds')!;
  const points = durations.histogram!.dataPoints;
  expect(durations.unit).toBe('s');
  expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(total);
  for (const { count, bucketCounts, explicitBounds } of points) {
    expect(bucketCounts.reduce((sum, each) => sum + Number(each), 0)).toBe(count);
    expect(bucketCounts.length).toBe(explicitBounds.length + 1);
  }
  const known = new Set([...said.names].map((name) => name.replace(/_(bucket|sum|count|total)$/, '')));
  expect(collector.metrics().filter(({ name }) => !known.has(name.replace(/_total$/, '')))).toEqual([]);
  expect(metric('runledger_pool_max_connections')!.gauge!.dataPoints[0]!.asDouble).toBe(10);
});

test('by default it is protobuf; headers are sent; what is left is delivered at the stop', async ({
  startService,
  collector,
}) => {
  const service = await startService({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20x',
  });
  await post(service.url, '{ __typename }');
  expect(collector.taken.size).toBe(0);
  await service.stop();
  for (const path of ['/v1/traces', '/v1/metrics']) {
    expect(collector.taken.get(path)).toMatchObject({
      type: 'application/x-protobuf',
      headers: { authorization: 'Bearer x' },
    });
  }
});

test('a collector that is away disturbs nothing, and is told of', async ({ startService, collector, otel }) => {
  await collector.close();
  const service = await startService({ ...otel, LOG_LEVEL: 'warn' });
  expect((await post(service.url, '{ __typename }')).status).toBe(200);
  await until('it is told', () => service.logged.some((line) => line.includes('OpenTelemetry: ')));
  await service.stop();
});

test.for([
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'http/protobuf or http/json'],
  [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'neither otlp nor none'],
  [{ OTEL_METRIC_EXPORT_INTERVAL: '1m' }, 'no number of milliseconds'],
] as const)('%j is refused at the start', async ([environment, said], { startService, collector }) => {
  const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...environment };
  await expect(startService(settings)).rejects.toThrow(said);
});

test('nothing of it is loaded where no endpoint is named, nor prom-client where nobody may ask', async ({
  startService,
  collector,
}) => {
  const loaded = async (environment: Record<string, string>): Promise<string[]> => {
    const folder = await mkdtemp(join(tmpdir(), 'runledger-coverage-'));
    const service = await startService({ ...environment, NODE_V8_COVERAGE: folder });
    await post(service.url, '{ __typename }');
    await service.stop();
    const texts = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')));
    await rm(folder, { recursive: true, force: true });
    const urls = texts.flatMap((text) => (JSON.parse(text).result as { url: string }[]).map(({ url }) => url));
    expect(urls.filter((url) => url.includes('/dist/process/')).length).toBeGreaterThan(0);
    // A package of its own, or a part of the service's bundle.
    const name = /\/node_modules\/((?:@[\w-]+\/)?[\w-]+)|\/process\/bundle-([\w-]+)-[\w-]{8}\.js$/;
    return urls.map((url) => name.exec(url)).map((found) => found?.[1] ?? found?.[2] ?? '');
  };
  const off = await loaded({ METRICS: 'off' });
  expect(off.filter((name) => name.startsWith('@opentelemetry/') || name === 'prom-client')).toEqual([]);
  const scraped = await loaded({});
  expect(scraped).toContain('prom-client');
  expect(scraped.filter((name) => name.startsWith('@opentelemetry/'))).toEqual([]);
  const on = await loaded({ METRICS: 'off', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  expect(on).toContain('@opentelemetry/sdk-trace-base');
});
