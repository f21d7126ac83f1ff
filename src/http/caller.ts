import type { IncomingMessage } from 'node:http';
import type { Gate } from '../domain/access/gate.ts';
import type { Caller } from '../domain/caller.ts';
import type { RequestNote } from '../measure/request.ts';
import { addressOf, type TrustedProxies } from './address.ts';
import type { Meter } from './rate-limits.ts';

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
  const caller = await gate.identify({ authorization: request.headers.authorization, address: note.address });
  meter?.countRequest(caller, note.address);
  return caller;
}
