import { contestants } from './contestants.js';
import { median, ratio, table } from './report.js';
import { sizeOf } from './shape.js';
import { workloads } from './workloads.js';

/**
 * All that was measured as Markdown: ratios only, unless the times of pages are asked for, too.
 * @param {{ measured: Record<string, Map<any, Record<string, any[]>>>, fields: any[], names: string[], hasLimit: boolean, hasTimes: boolean }} results
 *   measurements by workload, ledger and contestant, of which the first is ours
 */
export function tables({ measured, fields, names, hasLimit, hasTimes }) {
  const kindsOf = (/** @type {any} */ field) => Object.keys(measured).filter((kind) => measured[kind]?.has(field));
  /** @type {(kind: string, field: any, name: string, what: string) => number} */
  const of = (kind, field, name, what) =>
    median((measured[kind]?.get(field)?.[name] ?? []).map((/** @type {any} */ result) => result[what]));
  const others = [...names.slice(1), ...(hasLimit ? ['limit'] : [])];
  const parts = [];
  for (const field of fields) {
    if (field.shape.of !== 'entries') parts.push(pages(field), ...(hasTimes ? [times(field)] : []));
    else parts.push(throughput(field), latency(field));
    parts.push(cpu(field));
  }
  const large = fields.filter(({ shape }) => shape.of === 'entries');
  if (large.length > 1) parts.push(costs(large));
  parts.push(memory());
  return parts.join('\n\n');

  function throughput(/** @type {any} */ field) {
    const rows = kindsOf(field).map((kind) => {
      const { name, rows, limitRows } = workload(kind);
      const ours = of(kind, field, 'ours', 'perSecond');
      return [
        limitRows === rows ? name : `${name} (of pgbench: rows, by 2)`,
        ...others.map((other) => {
          // Where the limit does less in one transaction, the rows are compared.
          const weight = other === 'limit' && rows > 0 ? rows / limitRows : 1;
          return ratio((ours * weight) / of(kind, field, other, 'perSecond'));
        }),
      ];
    });
    return `**Throughput of Runledger ÷ that of … (${sizeOf(field.shape)})**\n\n${table(['', ...others.map(title)], rows)}`;
  }

  function latency(/** @type {any} */ field) {
    const servers = others.filter((other) => other !== 'limit');
    const rows = kindsOf(field).map((kind) => [
      workload(kind).name,
      ratio(of(kind, field, 'ours', 'p99') / of(kind, field, 'ours', 'p50')),
      ...servers.flatMap((other) =>
        ['p50', 'p99'].map((what) => ratio(of(kind, field, other, what) / of(kind, field, 'ours', what))),
      ),
    ]);
    const heads = servers.flatMap((other) => [`median of ${title(other)} ÷ ours`, 'p99 ÷ ours']);
    return `**Latency under this load (${sizeOf(field.shape)})**\n\n${table(['', 'our p99 ÷ our median', ...heads], rows)}`;
  }

  /** Where the limit lies while the cores are shared: what a request takes of them, in the server and in Postgres. */
  function cpu(/** @type {any} */ field) {
    const microseconds = (/** @type {number} */ value) => (Number.isFinite(value) ? value.toFixed(0) : '–');
    const rows = kindsOf(field).map((kind) => [
      workload(kind).name,
      ...['ours', ...others].map(
        (name) =>
          `${name === 'limit' ? '' : `${microseconds(of(kind, field, name, 'own'))} + `}${microseconds(of(kind, field, name, 'postgres'))}`,
      ),
    ]);
    const heads = ['', 'Runledger', ...others.map(title)];
    return `**CPU of a request in µs: the server + Postgres (${sizeOf(field.shape)}; pgbench's own is not counted)**\n\n${table(heads, rows)}`;
  }

  /** The time of a page, against that of the first kind, and against others. */
  function pages(/** @type {any} */ field) {
    const [first = ''] = kindsOf(field);
    const time = (/** @type {string} */ kind, /** @type {string} */ name) => 1 / of(kind, field, name, 'perSecond');
    const rows = kindsOf(field).map((kind) => [
      workload(kind).name,
      ratio(time(kind, 'ours') / time(first, 'ours')),
      ...others.map((other) => ratio(time(kind, other) / time(kind, 'ours'))),
    ]);
    const heads = ['', `ours ÷ ours of “${workload(first).name}”`, ...others.map((other) => `${title(other)} ÷ ours`)];
    return `**Time of a page that is asked for alone (${sizeOf(field.shape)})**\n\n${table(heads, rows)}`;
  }

  /** What is promised in milliseconds has to be looked at in milliseconds: of a quiet machine they mean something. */
  function times(/** @type {any} */ field) {
    const milliseconds = (/** @type {number} */ value) => (Number.isFinite(value) ? (value / 1_000).toFixed(2) : '–');
    const rows = kindsOf(field).map((kind) => [
      workload(kind).name,
      ...names.flatMap((name) => ['p50', 'p99'].map((what) => milliseconds(of(kind, field, name, what)))),
    ]);
    const heads = names.flatMap((name) => [`median of ${title(name)}`, 'p99']);
    return `**Time of a page that is asked for alone, in ms (${sizeOf(field.shape)})**\n\n${table(['', ...heads], rows)}`;
  }

  function costs(/** @type {any[]} */ [first, ...more]) {
    const rows = kindsOf(first).map((kind) => [
      workload(kind).name,
      ...names.flatMap((name) =>
        more.map((field) => ratio(of(kind, first, name, 'perSecond') / of(kind, field, name, 'perSecond'))),
      ),
    ]);
    const heads = names.flatMap((name) => more.map(({ shape }) => `${title(name)}, ${sizeOf(shape)}`));
    return `**Cost with more entries: time of a request ÷ that with ${sizeOf(first.shape)}**\n\n${table(['', ...heads], rows)}`;
  }

  function memory() {
    const rows = fields.map(({ shape, memory }) => [
      sizeOf(shape),
      ...names.map((name) => ratio((memory[name].at(-1) ?? Number.NaN) / (memory[name][0] ?? Number.NaN))),
    ]);
    return `**Memory of the process (all workers) at the end ÷ after its start**\n\n${table(['', ...names.map(title)], rows)}`;
  }
}

const title = (/** @type {string} */ name) => contestants[name]?.name ?? 'pgbench (the limit)';
const workload = (/** @type {string} */ kind) => /** @type {import('./workloads.js').Workload} */ (workloads[kind]);
