import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SettingsError } from './settings.ts';

/** Where a server listens, and by which settings that was said. */
export type Place = { host: string; port: number; hostName: string; portName: string };

/** Resolves with the port once connections are taken. @throws SettingsError where that cannot be. */
export async function listenOn(server: Server, place: Place): Promise<number> {
  server.listen(place.port, place.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new SettingsError([explainError(error as NodeJS.ErrnoException, place)]);
  }
  return (server.address() as AddressInfo).port;
}

/** Whether only this machine can reach an address that is listened on. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** The address as it stands in a URL. */
export function originOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function explainError({ code, message }: NodeJS.ErrnoException, { host, port, hostName, portName }: Place): string {
  const where = `${host}:${port}`;
  if (code === 'EADDRINUSE') return `${portName}: ${where} is in use. Choose another ${portName}, or 0 for a free one.`;
  if (code === 'EACCES')
    return `${portName}: ${where} may not be opened by this user. Choose a ${portName} above 1023.`;
  return `${hostName}: cannot listen on ${where}: ${message}.`;
}
