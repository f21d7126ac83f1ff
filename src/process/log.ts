import pino, { type Logger } from 'pino';
import type { Settings } from './settings.ts';

/** The log of the service, on standard error: JSON lines, readable ones on a terminal. */
export async function createLog(settings: Settings, isTerminal: boolean): Promise<Logger> {
  const options = { level: settings.LOG_LEVEL, base: null };
  if (!isTerminal) return pino(options, pino.destination({ fd: 2, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  return pino(options, pretty({ destination: 2, sync: true, translateTime: 'SYS:HH:MM:ss' }));
}
