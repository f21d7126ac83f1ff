import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';
import { scrape } from '../scrape.ts';
import type { Call } from './load.ts';

/** What a service holds at one moment: megabytes, sessions of its database, open file descriptors. */
export type Usage = { rss: number; heap: number; connections: number; handles: number };

/** Linux only. */
export async function readUsage({ url, pid }: { url: string; pid: number }, client: pg.Client): Promise<Usage> {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const { rows } = await client.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name LIKE 'runledger%'`,
  );
  return {
    rss: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1_024,
    heap: (await scrape(url)).sum('nodejs_heap_size_used_bytes') / 1_048_576,
    connections: rows[0].n,
    handles: readdirSync(`/proc/${pid}/fd`).length,
  };
}

type Period = {
  fault: string;
  calls: Call[];
  /** Whether a call belongs to the calm part of the period, before the fault. */
  calm: (call: Call) => boolean;
  acknowledged: number;
  usages: Usage[];
  events: number;
};

const header =
  '| period | requests | acknowledged | p50 | p95 | p99 | longest wait, in the fault | events | RSS | heap | connections | file handles | fault at its end |\n|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|';

/** A table with a row for each period; `onRow` sees each as it is added. */
export function createSoakTable(onRow: (row: string) => void) {
  const rows: string[] = [];
  const held: Usage[] = [];
  return {
    add({ fault, calls, calm, acknowledged, usages, events }: Period): void {
      const waits = calls.filter(calm).map(({ ms }) => ms);
      waits.sort((a, b) => a - b);
      const at = (share: number) => (waits[Math.floor(waits.length * share)] ?? Number.NaN).toFixed(0);
      // What a garbage collection leaves, and no more than the period's: the least of the heap, and the most of the rest.
      const usage = {
        rss: Math.max(...usages.map(({ rss }) => rss)),
        heap: Math.min(...usages.map(({ heap }) => heap)),
        connections: Math.max(...usages.map(({ connections }) => connections)),
        handles: Math.max(...usages.map(({ handles }) => handles)),
      };
      held.push(usage);
      const longest = Math.max(...calls.map(({ ms }) => ms)) / 1_000;
      const row = `| ${rows.length + 1} | ${calls.length} | ${acknowledged} | ${at(0.5)} ms | ${at(0.95)} ms | ${at(0.99)} ms | ${longest.toFixed(1)} s | ${events} | ${usage.rss.toFixed(0)} MB | ${usage.heap.toFixed(0)} MB | ${usage.connections} | ${usage.handles} | ${fault} |`;
      if (rows.length === 0) onRow(header);
      rows.push(row);
      onRow(row);
    },
    text: () => [header, ...rows].join('\n'),
    /** What was held in the second period, when everything has been loaded, and in the last. */
    ends: () => ({ first: held[1] ?? held[0]!, last: held.at(-1)! }),
  };
}
