import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { parse } from 'yaml';
import { makeLoad } from '../support/metric-load.ts';
import { parsePromql } from '../support/promql.ts';
import { type Scrape, scrape } from '../support/scrape.ts';
import { testAlone } from '../support/test.ts';

// What the dashboard, the alerts and the page for operators ask Prometheus for is what the service says.

const docs = new URL('../../docs/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, docs), 'utf8');
const filesOf = (folder: string, ending: string) =>
  readdirSync(new URL(folder, docs))
    .filter((file) => file.endsWith(ending))
    .map((file) => `${folder}${file}`);

type Panel = { title: string; type: string; gridPos: object; targets?: { expr: string }[]; description?: string };
type Dashboard = { title: string; uid: string; panels: Panel[]; templating: { list: { query: unknown }[] } };
type Rule = {
  alert: string;
  expr: string;
  for?: string;
  labels: object;
  annotations: { summary: string; description: string };
};

const dashboards = filesOf('grafana/', '.json').map((file): Dashboard => JSON.parse(read(file)));
const rules = filesOf('alerts/', '.yml').flatMap((file): Rule[] =>
  parse(read(file)).groups.flatMap((group: { rules: Rule[] }) => group.rules),
);
const queries = [...read('operations.md').matchAll(/```promql\n(.*?)```/gs)].flatMap(([, block]) =>
  block!.split('\n\n').map((query) => query.trim()),
);

/** What Prometheus itself adds. */
const ofPrometheus = { metrics: ['up'], labels: ['job', 'instance', 'le'] };

const test = testAlone.extend('said', async ({ startService, database }): Promise<Scrape> => {
  // The database beside itself is no replica, but what is told of one is there.
  const { url } = await startService({ WORKERS: '2', DATABASE_REPLICA_URL: database.url });
  await makeLoad(url, 3);
  return scrape(url);
});

function expectAsked(said: Scrape, expression: string): void {
  const { metrics, labels } = parsePromql(expression);
  for (const metric of metrics)
    if (!ofPrometheus.metrics.includes(metric)) expect(said.names, expression).toContain(metric);
  const known = new Set([...ofPrometheus.labels, ...metrics.flatMap((metric) => [...said.labelsOf(metric)])]);
  for (const label of labels) expect([...known], expression).toContain(label);
}

test('every expression names metrics and labels that a real scrape has', async ({ said }) => {
  const panels = dashboards.flatMap(({ panels }) =>
    panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  );
  expect([panels.length, rules.length, queries.length].map((count) => count > 5)).toEqual([true, true, true]);
  for (const expression of [...panels, ...rules.map(({ expr }) => expr), ...queries]) expectAsked(said, expression);
  const variables = dashboards.flatMap(
    ({ templating }) => JSON.stringify(templating).match(/label_values\((\w+)/g) ?? [],
  );
  for (const variable of variables) expect(said.names).toContain(variable.replace('label_values(', ''));
});

test('every metric that the service has of its own is explained in operations.md, and none that it has not', async ({
  said,
}) => {
  const own = new Set([...said.text.matchAll(/^# TYPE (runledger_\w+) /gm)].map(([, name]) => name));
  const explained = new Set([...read('operations.md').matchAll(/^\| `(runledger_\w+)`/gm)].map(([, name]) => name));
  expect([...explained].sort()).toEqual([...own].sort());
});

test('label values are bounded: nothing that a caller sends becomes one', async ({ said }) => {
  expect(said.text).not.toMatch(/load-|nowhere|loss|accuracy|"Run"|"Log"|"Names"/);
  expect(said.text.split('\n').length).toBeLessThan(2_000);
});

describe('a dashboard', () => {
  test('has a title on every panel, and no two in one place', () => {
    for (const { title, uid, panels } of dashboards) {
      expect([title, uid].every(Boolean)).toBe(true);
      for (const panel of panels) expect(panel.title).not.toBe('');
      const places = panels.map(({ gridPos }) => JSON.stringify(gridPos));
      expect(new Set(places).size).toBe(places.length);
    }
  });
});

describe('an alert', () => {
  test('says how bad it is, what is the matter and what to do; operations.md has it too', () => {
    const page = read('operations.md');
    for (const { alert, labels, annotations, for: lasting = '1m' } of rules) {
      expect(labels).toEqual({ severity: expect.stringMatching(/^(warning|critical)$/) });
      expect(annotations).toEqual({ summary: expect.any(String), description: expect.any(String) });
      expect(lasting).toMatch(/^\d+[smh]$/);
      expect(page).toContain(`\`${alert}\``);
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });
});
