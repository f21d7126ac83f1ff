import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { signalAll } from '../processes.ts';
import type { CuttableWire } from '../proxy.ts';

/** What a fault may lay hands on. */
type Victim = { wire: CuttableWire; connect(): Promise<pg.Client>; postmaster(): number };

/** A fault of about three seconds, which is over when it resolves. */
export type PassingFault = { name: string; happen(victim: Victim): Promise<void> };

/** In the short form, which plays each once, they pass sooner. */
const lastsMs = process.env['SOAK_MINUTES'] ? 3_000 : 1_000;

/** Those that a service meets in years, in the order in which a long run plays them. */
export const passingFaults: PassingFault[] = [
  {
    name: 'connections are reset every 500 ms',
    async happen({ wire }) {
      for (let n = 0; n < lastsMs / 500; n += 1) {
        wire.cut();
        await pause(500);
      }
    },
  },
  {
    name: 'Postgres is killed, and recovers',
    async happen({ postmaster }) {
      process.kill(postmaster(), 'SIGKILL');
      await pause(lastsMs);
    },
  },
  {
    name: 'nobody can connect',
    async happen({ wire }) {
      await wire.refuse();
      await pause(lastsMs);
      await wire.pass();
    },
  },
  {
    name: 'half open: answers are swallowed',
    async happen({ wire }) {
      wire.swallow();
      await pause(lastsMs);
    },
  },
  {
    name: 'sessions are terminated every 300 ms',
    async happen({ connect }) {
      const client = await connect();
      for (let n = 0; n < lastsMs / 300; n += 1) {
        await client.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'runledger%'`,
        );
        await pause(300);
      }
      await client.end();
    },
  },
  {
    name: 'Postgres is frozen',
    async happen({ postmaster }) {
      const pid = postmaster();
      signalAll(pid, 'SIGSTOP');
      await pause(lastsMs);
      signalAll(pid, 'SIGCONT');
    },
  },
];
