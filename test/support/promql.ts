import { parser } from '@prometheus-io/lezer-promql';

/** What an expression asks for: each metric with the labels that it is told apart by. */
export type Asked = { metrics: string[]; labels: string[] };

/** Reads an expression as Prometheus does. @throws for what is none. */
export function parsePromql(expression: string): Asked {
  // Grafana puts these in before it asks.
  const text = expression.replaceAll('$__rate_interval', '5m');
  const metrics: string[] = [];
  const labels: string[] = [];
  const cursor = parser.parse(text).cursor();
  do {
    const word = text.slice(cursor.from, cursor.to);
    if (cursor.type.isError)
      throw new Error(`This is no PromQL, from ${JSON.stringify(text.slice(cursor.from))} on: ${text}`);
    if (cursor.name === 'Identifier') metrics.push(word);
    if (cursor.name === 'LabelName') labels.push(word);
  } while (cursor.next());
  if (metrics.length === 0) throw new Error(`This asks for no metric: ${text}`);
  return { metrics, labels };
}
