import type { IncomingMessage } from 'node:http';
import type { Gate } from '../domain/access/gate.ts';
import type { Caller } from '../domain/caller.ts';
import type { RequestNote } from '../measure/request.ts';
import { addressOf } from './address.ts';

/** Who asks. The one place that tells it from a request's headers. @throws UNAUTHENTICATED where that is needed to know. */
export function identifyCaller(
  { gate, trustedProxies }: { gate: Gate; trustedProxies: string[] },
  request: IncomingMessage,
  note: RequestNote,
): Caller | Promise<Caller> {
  note.address = addressOf(request, trustedProxies);
  return gate.identify({ authorization: request.headers.authorization, address: note.address });
}
