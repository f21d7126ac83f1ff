/** Who asks. It is settled once, where a request comes in, and handed down: nothing below the edge reads headers. */
export type Caller = { kind: 'anonymous' };

/** Whoever reaches the service, where it asks for no key. */
export const anonymous: Caller = { kind: 'anonymous' };
