import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../../src/storage/postgres/migrate.ts';
import {
  type DebianPostgres,
  hasDebianPostgres,
  openDebianPostgres,
  openReplicaOf,
} from '../support/debian-postgres.ts';
import { check } from '../support/faults/checks.ts';
import { startLoad } from '../support/faults/load.ts';
import { type CuttableWire, openProxy } from '../support/proxy.ts';
import { type ServiceProcess, startServiceProcess } from '../support/service-process.ts';
import { until } from '../support/until.ts';

// The primary is killed under load and its replica promoted; what stands between (HAProxy, PgBouncer, a service of Kubernetes) is
// played by the proxy, which from then on leads to the new primary. The service keeps its DATABASE_URL.

const ends: (() => Promise<unknown> | unknown)[] = [];
let primary: DebianPostgres;
let replica: DebianPostgres;
let wire: CuttableWire;
let one: ServiceProcess;
let two: ServiceProcess;

describe.skipIf(!hasDebianPostgres)('a failover', () => {
  beforeAll(async () => {
    primary = await openDebianPostgres();
    ends.push(() => primary.close());
    await migrate(primary.url);
    replica = await openReplicaOf(primary);
    ends.push(() => replica.close());
    // A commit is acknowledged when the replica has it, too: what was acknowledged cannot be lost with the primary.
    await primary.sql(`ALTER SYSTEM SET synchronous_standby_names = '*'`);
    await primary.sql('SELECT pg_reload_conf()');
    await until('the replica is synchronous', async () => {
      const rows = await primary.sql('SELECT sync_state FROM pg_stat_replication');
      return rows[0]?.sync_state === 'sync';
    });
    wire = await openProxy(primary.url);
    ends.push(wire.close);
    const settings = { DATABASE_REPLICA_URL: replica.url, LOG_LEVEL: 'warn' };
    one = await startServiceProcess(wire, settings);
    ends.push(() => one.close());
    two = await startServiceProcess(wire, { LOG_LEVEL: 'warn' });
    ends.push(() => two.close());
  }, 180_000);
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  test('writes go on within ten seconds, and nothing that was acknowledged is lost', async () => {
    const loads = [await startLoad(one.url, 6, 3), await startLoad(two.url, 6, 3, 'second ')];
    const acknowledged = () => loads.flatMap((load) => load.acknowledged);
    await until('hundreds are acknowledged', () => acknowledged().length > 400, 30_000);

    const killedAt = performance.now();
    await primary.kill();
    await replica.promote();
    wire.redirect(replica.url);
    const before = acknowledged().length;
    const goesOn = (index: number) =>
      loads[index]!.calls.find(({ ok, isWrite, at, ms }) => ok && isWrite && at - ms > killedAt);
    await until('both servers write again', () => Boolean(goesOn(0) && goesOn(1)), 30_000);
    const wellAfterMs = Math.max(goesOn(0)!.at, goesOn(1)!.at) - killedAt;
    await until('hundreds more are acknowledged', () => acknowledged().length > before + 200, 30_000);
    await Promise.all(loads.map((load) => load.stop()));

    const client = new pg.Client({ connectionString: replica.url });
    await client.connect();
    // No replica acknowledges what is written here: it does not wait for one, as its settings are its own.
    const verdict = await check(client, one.url, acknowledged());
    await client.end();
    expect(verdict).toMatchObject({ lost: 0, doubled: 0, wrongLatest: 0, notReplayed: 0 });
    expect(wellAfterMs).toBeLessThan(10_000);
    // The replica that was promoted serves no queries beside itself: it is none any more.
    const { replicas } = await (await fetch(new URL('/ready', one.url))).json();
    expect(replicas).toEqual(['it is not a standby']);
  });
});
