/** In which the service says how far its database has come, and is told how far the caller has to see. */
const header = 'x-runledger-position';

/** By URL: what this process was told last, of what it wrote or followed. */
const newest = new Map<string, string>();

/** `16/B374D848` as a number; what is no position of the log (`latest`) is beyond all. */
function placeOf(position: string): bigint | null {
  const [, high, low] = /^([0-9a-f]{1,8})\/([0-9a-f]{1,8})$/i.exec(position) ?? [];
  return high && low ? (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`) : null;
}

/**
 * Notes what an answer or event said of how far the database has come. A service with replicas then reads for this process
 * nothing older than what it has written, or was told of.
 */
export function notePosition(url: string, position: unknown): void {
  if (typeof position !== 'string' || position === '') return;
  const known = newest.get(url);
  const [was, is] = [placeOf(known ?? ''), placeOf(position)];
  if (was === null || is === null || is > was) newest.set(url, position);
}

/** The same of an answer: of its header, or what stands beside its data. */
export function notePositionOf(url: string, response: Response, extensions: { position?: unknown } | undefined): void {
  notePosition(url, response.headers.get(header) ?? extensions?.position);
}

/** How far this process has to see; undefined where the service has no replicas. */
export function positionOf(url: string): string | undefined {
  return newest.get(url);
}

/** The header that tells it. */
export function positionHeaders(url: string): Record<string, string> {
  const position = newest.get(url);
  return position === undefined ? {} : { [header]: position };
}
