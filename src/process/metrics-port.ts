import { createMetricsServer } from '../http/metrics-server.ts';
import { listenOn, originOf } from './listen-on.ts';
import { placeOfMetrics } from './metrics.ts';
import type { Settings } from './settings.ts';

/** Answers `/metrics` on the port of its own that the settings name; null where they name none. @throws SettingsError */
export async function openMetricsPort(
  settings: Settings,
  text: () => Promise<string>,
): Promise<{ url: string; close: () => void } | null> {
  if (placeOfMetrics(settings) !== 'own port') return null;
  const server = createMetricsServer(text, settings.ALLOWED_HOSTS);
  const { METRICS_HOST: host, METRICS_PORT: port = 0 } = settings;
  const opened = await listenOn(server, { host, port, hostName: 'METRICS_HOST', portName: 'METRICS_PORT' });
  return {
    url: `${originOf(host, opened)}/metrics`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
