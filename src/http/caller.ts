import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Gate, Memory } from '../domain/access/gate.ts';
import type { Caller } from '../domain/caller.ts';
import type { RequestNote } from '../measure/request.ts';
import { addressOf, type TrustedProxies } from './address.ts';
import type { Meter } from './rate-limits.ts';

const memories = new WeakMap<Socket, Memory>();

/**
 * Who asks. The one place that tells it from a request's headers.
 * @throws UNAUTHENTICATED where that is needed to know; RATE_LIMITED for who has asked too often.
 */
export async function identifyCaller(
  { gate, trustedProxies, meter }: { gate: Gate; trustedProxies: TrustedProxies; meter: Meter | undefined },
  request: IncomingMessage,
  note: RequestNote,
): Promise<Caller> {
  note.address = addressOf(request, trustedProxies);
  const { authorization } = request.headers;
  const identified = gate.identify({ authorization, address: note.address, memory: memoryOf(request.socket) });
  const caller = identified instanceof Promise ? await identified : identified;
  meter?.countRequest(caller, note.address);
  return caller;
}

function memoryOf(socket: Socket): Memory {
  let memory = memories.get(socket);
  if (!memory) {
    memory = {};
    memories.set(socket, memory);
  }
  return memory;
}
