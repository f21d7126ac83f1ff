/** In which the service says how far its database has come, and is told how far the caller has to see. */
const header = 'x-runledger-position';

/** By URL: what this process was told last, of what it wrote or followed. */
const newest = new Map<string, string>();

/**
 * Notes what an answer or event said of how far the database has come: of two, the greater text is further, and `latest` says that it
 * was not known. A service with replicas then reads for this process nothing older than what it has written, or was told of.
 */
export function notePosition(url: string, position: unknown): void {
  const known = newest.get(url) ?? '';
  if (typeof position === 'string' && (position > known || known === 'latest')) newest.set(url, position);
}

/** The same of an answer: of its header, or what stands beside its data. */
export function notePositionOf(url: string, response: Response, result: unknown): void {
  const { extensions } = (result ?? {}) as { extensions?: { position?: unknown } };
  notePosition(url, response.headers.get(header) ?? extensions?.position);
}

/** How far this process has to see; undefined where the service has no replicas. */
export function positionOf(url: string): string | undefined {
  return newest.get(url);
}

/** The header that tells it. */
export function positionHeaders(url: string): Record<string, string> {
  const position = newest.get(url);
  return position ? { [header]: position } : {};
}
