import type { Logger } from 'pino';
import { gauge, type Metric } from '../measure/metric.ts';
import type { Spans } from '../measure/request.ts';
import { readVersion } from '../version.ts';
import { placeOfMetrics, readAll, type Source } from './metrics.ts';
import { type Settings, SettingsError } from './settings.ts';

/** What this process tells of itself, and to whom. */
export type Telemetry = {
  /** Whoever has something to say adds itself. */
  readonly sources: Source[];
  read(): Promise<Metric[]>;
  readonly spans?: Spans;
  /** Delivers what is left. */
  close(): Promise<void>;
};

/**
 * Begins to watch the process where its metrics are asked for, and to send them and traces where OTEL_* says so. Loads
 * neither library where nobody asks.
 * @throws SettingsError for OTEL_* that cannot be followed.
 */
export async function startTelemetry(
  settings: Settings,
  environment: Record<string, string | undefined>,
  log: Logger,
): Promise<Telemetry> {
  const sources: Source[] = [];
  const read = () => readAll(sources);
  const otel = await readOtelSettings(environment);
  if (placeOfMetrics(settings) === 'nowhere' && !otel) return { sources, read, close: async () => {} };
  const { watchProcess } = await import('../telemetry/process-metrics.ts');
  const version = readVersion();
  const build = { ...gauge('runledger_build_info', 'The version that runs.', [[{ version }, 1]]), aggregator: 'max' };
  sources.push(watchProcess(), () => [build as Metric]);
  if (!otel) return { sources, read, close: async () => {} };
  const { startOtel } = await import('../telemetry/otel.ts');
  const started = await startOtel({ otel, version, read, warn: (line) => log.warn(line) });
  return { sources, read, ...started };
}

/** Only the look at the names: what they ask for is loaded when there is something to send. */
async function readOtelSettings(environment: Record<string, string | undefined>) {
  if (!Object.keys(environment).some((name) => /^OTEL_EXPORTER_OTLP_(\w+_)?ENDPOINT$/.test(name))) return null;
  const { readOtel } = await import('../telemetry/otel-settings.ts');
  try {
    return readOtel(environment);
  } catch (error) {
    throw new SettingsError([(error as Error).message]);
  }
}
