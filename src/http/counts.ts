import { counter, type Metric } from '../measure/metric.ts';

/** How many answers had which status, by the path that was asked for. */
export type HttpCounts = Map<string, Map<number, number>>;

export function createHttpCounts(): HttpCounts {
  return new Map();
}

/** `path` is one that is served, or `other`. */
export function countResponse(counts: HttpCounts, path: string, status: number): void {
  let ofPath = counts.get(path);
  if (!ofPath) {
    ofPath = new Map();
    counts.set(path, ofPath);
  }
  ofPath.set(status, (ofPath.get(status) ?? 0) + 1);
}

export function httpMetrics(counts: HttpCounts): Metric[] {
  const values = [...counts].flatMap(([path, statuses]) =>
    [...statuses].map(([status, count]): [Record<string, string>, number] => [{ path, status: `${status}` }, count]),
  );
  return [counter('runledger_http_responses_total', 'HTTP responses, by path and status.', values)];
}
