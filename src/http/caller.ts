import type { IncomingMessage } from 'node:http';
import { anonymous, type Caller } from '../domain/caller.ts';

/** Who asks. The one place that tells it from a request's headers. */
export function identifyCaller(_request: IncomingMessage): Caller {
  return anonymous;
}
