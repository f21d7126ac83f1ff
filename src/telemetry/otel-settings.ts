/** How one of traces and metrics is sent. */
export type OtelSignal = { protocol: 'http/protobuf' | 'http/json' };

/** What OTEL_* asks for; null where nothing is sent. */
export type Otel = {
  traces: OtelSignal | null;
  metrics: (OtelSignal & { intervalMs: number; timeoutMs: number }) | null;
};

type Environment = Record<string, string | undefined>;

/**
 * What the variables of the OpenTelemetry specification ask for, as far as it is not the SDK that reads them; null where
 * no endpoint is named, or all is switched off: then nothing of OpenTelemetry is loaded.
 * @throws Error for a protocol that is not spoken.
 */
export function readOtel(environment: Environment): Otel | null {
  if (environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return null;
  const traces = readSignal(environment, 'TRACES');
  const metrics = readSignal(environment, 'METRICS');
  if (!traces && !metrics) return null;
  return {
    traces,
    metrics: metrics && {
      ...metrics,
      intervalMs: milliseconds(environment, 'OTEL_METRIC_EXPORT_INTERVAL', 60_000),
      timeoutMs: milliseconds(environment, 'OTEL_METRIC_EXPORT_TIMEOUT', 30_000),
    },
  };
}

function readSignal(environment: Environment, signal: 'TRACES' | 'METRICS'): OtelSignal | null {
  const endpoint = environment[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] || environment['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const exporter = environment[`OTEL_${signal}_EXPORTER`] || 'otlp';
  if (!endpoint || exporter === 'none') return null;
  if (exporter !== 'otlp')
    throw new Error(`OTEL_${signal}_EXPORTER=${JSON.stringify(exporter)} is neither otlp nor none.`);
  const name = `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`;
  const protocol = environment[name] || environment['OTEL_EXPORTER_OTLP_PROTOCOL'] || 'http/protobuf';
  if (protocol !== 'http/protobuf' && protocol !== 'http/json') {
    throw new Error(
      `OTEL_EXPORTER_OTLP_PROTOCOL=${JSON.stringify(protocol)} is not spoken. Set http/protobuf or http/json, and the endpoint of a collector's HTTP receiver (port 4318 as a rule).`,
    );
  }
  return { protocol };
}

function milliseconds(environment: Environment, name: string, byDefault: number): number {
  const value = environment[name] || String(byDefault);
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new Error(`${name}=${JSON.stringify(value)} is no number of milliseconds.`);
}
