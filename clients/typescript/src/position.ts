/** In which the service says how far its database has come, and is told how far the caller has to see. */
export const positionHeader = 'x-runledger-position';

/** By URL: what this process was told last, of what it wrote or followed. */
const newest = new Map<string, string>();

/** How far this process has to see; undefined where the service has no replicas. */
export function positionOf(url: string): string | undefined {
  return newest.get(url);
}

/**
 * Keeps what an answer or event said of how far the database has come: of two, the greater text is further, and `latest` says that it
 * was not known. A service with replicas then reads for this process nothing older than what it has written, or was told of.
 */
export function keepPosition(url: string, position: string | null | undefined): void {
  const known = newest.get(url) ?? '';
  if (position && (position > known || known === 'latest')) newest.set(url, position);
}
