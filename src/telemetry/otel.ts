import { randomUUID } from 'node:crypto';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type MetricProducer, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Metric } from '../measure/metric.ts';
import type { Spans } from '../measure/request.ts';
import { toHrTime } from './hr-time.ts';
import type { Otel, OtelSignal } from './otel-settings.ts';
import { toOtlp } from './otlp-metrics.ts';
import { createSpans } from './spans.ts';

type Resource = ReturnType<typeof defaultResource>;

export type OtelOptions = {
  otel: Otel;
  version: string;
  /** What has been counted. */
  read: () => Promise<Metric[]>;
  /** Told of what cannot be delivered. */
  warn: (message: string) => void;
};

/**
 * Sends spans and metrics by OTLP over HTTP, to where OTEL_EXPORTER_OTLP_ENDPOINT says. Whatever else of OTEL_* is set
 * (headers, sampler, resource, batches) the SDK reads itself. `close` delivers what is left.
 */
export async function startOtel(options: OtelOptions): Promise<{ spans?: Spans; close(): Promise<void> }> {
  const { otel, version, warn } = options;
  const tell = (message: string) => warn(`OpenTelemetry: ${message.slice(0, 500)}`);
  const quiet = () => {};
  diag.setLogger({ error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet }, DiagLogLevel.WARN);
  const resource = defaultResource()
    .merge(
      resourceFromAttributes({
        'service.name': 'runledger',
        'service.version': version,
        'service.instance.id': randomUUID(),
      }),
    )
    .merge(detectResources({ detectors: [envDetector] }));
  const traces = otel.traces && (await startTraces(otel.traces, resource));
  const metrics = otel.metrics && (await startMetrics(otel.metrics, resource, options));
  return {
    ...(traces && { spans: createSpans(traces.getTracer('runledger', version)) }),
    async close() {
      await Promise.allSettled([traces?.shutdown(), metrics?.shutdown()]);
      diag.disable();
    },
  };
}

async function startTraces({ protocol }: OtelSignal, resource: Resource): Promise<BasicTracerProvider> {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
}

async function startMetrics(
  { protocol, intervalMs, timeoutMs }: NonNullable<Otel['metrics']>,
  resource: Resource,
  { version, read }: OtelOptions,
): Promise<MeterProvider> {
  const { OTLPMetricExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-metrics-otlp-http')
      : await import('@opentelemetry/exporter-metrics-otlp-proto');
  const startTime = toHrTime(Date.now());
  const producer: MetricProducer = {
    async collect() {
      const metrics = toOtlp(await read(), { startTime, endTime: toHrTime(Date.now()) });
      const scope = { name: 'runledger', version };
      return { resourceMetrics: { resource, scopeMetrics: [{ scope, metrics }] }, errors: [] };
    },
  };
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    metricProducers: [producer],
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: Math.min(timeoutMs, intervalMs),
  });
  return new MeterProvider({ resource, readers: [reader] });
}
