import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { test } from '../support/dashboard.ts';
import { log, startRun } from '../support/ledger.ts';

// How much time of the processor the page's own thread takes, as the browser counts it: the machine may be busy with other
// things meanwhile. Script, style, layout and all other tasks are in it.

const keys = Array.from({ length: 8 }, (_, at) => `metric_${at}`);
const runs = 200;

/** Milliseconds of the page's thread that something takes. */
async function cost(page: Page, act: () => Promise<unknown>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1_000;
  };
  const before = await read();
  await act();
  const after = await read();
  await session.detach();
  return after - before;
}

/**
 * How much slower this machine is, at this moment, than the one for which the budgets are: there, 1,500 elements are made,
 * styled and laid out in 12 ms.
 */
async function slowness(page: Page): Promise<number> {
  const yardstick = () =>
    page.evaluate(() => {
      const list = document.createElement('div');
      for (let at = 0; at < 1_500; at++) {
        const element = document.createElement('div');
        element.className = `c${at % 7}`;
        element.textContent = String(Math.sqrt(at));
        list.append(element);
      }
      document.body.append(list);
      void list.offsetHeight;
      list.remove();
    });
  return Math.max(1, (await bestOf(6, () => cost(page, yardstick))) / 12);
}

/**
 * The least that something costs in so many tries, ÷ how slow the machine is around that try: others come and go, and one look at
 * it says nothing about a try some seconds later.
 */
async function fairCost(page: Page, times: number, act: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  let slower = await slowness(page);
  for (let time = 0; time < times; time++) {
    const taken = await cost(page, act);
    const after = await slowness(page);
    best = Math.min(best, taken / Math.max(slower, after));
    slower = after;
  }
  return best;
}

async function bestOf(times: number, measure: () => Promise<number>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let time = 0; time < times; time++) best = Math.min(best, await measure());
  return best;
}

/** Scrolls the table by ten rows in each of so many frames. */
function scroll(page: Page, frames: number): Promise<void> {
  return page.evaluate(
    (count) =>
      new Promise<void>((resolve) => {
        const element = document.getElementById('runs')!;
        let left = count;
        const length = element.scrollHeight - element.clientHeight;
        const frame = () => {
          if (left-- === 0) return resolve();
          element.scrollTop = (element.scrollTop + 280) % length;
          requestAnimationFrame(frame);
        };
        frame();
      }),
    frames,
  );
}

describe.skipIf(!chromiumPath)('the page is quick:', () => {
  test.beforeAll(async ({ service }) => {
    for (let at = 0; at < runs; at += 50) {
      const starts = Array.from(
        { length: 50 },
        (_, index) => `r${index}: startRun(input: { name: "run-${at + index}" }) { id }`,
      );
      await service.run(`mutation { ${starts.join(' ')} }`);
    }
    const inputs = Array.from({ length: runs }, (_, at) => ({
      target: { run: `run-${at}` },
      metadata: Object.fromEntries(keys.map((key, index) => [key, ((at * 7919 + index * 31) % 1009) / 13])),
    }));
    for (let at = 0; at < runs; at += 100) {
      await service.run('mutation ($inputs: [LogMetadataInput!]!) { logMetadataBatch(inputs: $inputs) { replayed } }', {
        inputs: inputs.slice(at, at + 100),
      });
    }
  });

  test('a table of ten columns in another order costs 60 ms, a frame of scrolling 16, a live value 5', {
    timeout: 240_000,
  }, async ({ dashboard, service }) => {
    const page = await dashboard.open(`/runs?cols=state,started,${keys.join(',')}`);
    await page.getByText('live', { exact: true }).waitFor();
    await page.locator('#cell-5-3').waitFor();
    const first = page.locator('#cell-0-0 a');
    const sorted = async () => {
      const before = await first.textContent();
      await page.getByRole('columnheader', { name: 'metric_0' }).getByRole('button').click();
      await expect.poll(() => first.textContent(), { timeout: 10_000 }).not.toBe(before);
    };
    await sorted();
    expect(await fairCost(page, 4, sorted)).toBeLessThan(60);
    expect((await fairCost(page, 3, () => scroll(page, 40))) / 40).toBeLessThan(16);
    await page.locator('#runs').evaluate((element) => element.scrollTo(0, 0));
    const name = (await first.textContent())!;
    const live = async () => {
      // The page says itself when it has changed: to ask it again and again would cost time as well.
      const changed = page.evaluate(
        () =>
          new Promise<void>((resolve) => {
            const seen = new MutationObserver(() => {
              seen.disconnect();
              resolve();
            });
            seen.observe(document.getElementById('cell-0-10')!, {
              subtree: true,
              characterData: true,
              childList: true,
            });
          }),
      );
      value++;
      await log(service, { run: name }, { metric_7: value });
      await changed;
    };
    let value = 1000;
    await live();
    expect(await fairCost(page, 12, live)).toBeLessThan(5);
  });

  test('ten thousand rows are scrolled through for 16 ms a frame', { timeout: 300_000 }, async ({
    dashboard,
    service,
  }) => {
    // They are long over, so that nothing tells them from runs that were written by the API, a hundred times as slowly.
    const runId = "(lpad(to_hex(r * 104729::bigint), 8, '0') || '-0000-7000-8000-000000000000')::uuid";
    await service.sql(
      `INSERT INTO pipeline_run (id, name, pipeline, status, started_at, ended_at)
       SELECT ${runId}, 'long-' || r, 'long', 'COMPLETED', '2026-01-01'::timestamptz + r * interval '1 min',
         '2026-01-01'::timestamptz + r * interval '1 min' + r % 977 * interval '1 s' FROM generate_series(1, 10000) r`,
    );
    const entries = `INSERT INTO metadata_entry (run_id, scope_id, key, type, value, logged_at)
       SELECT id, '00000000-0000-0000-0000-000000000000', 'metric_' || k, 'FLOAT', to_json(random() + k), started_at
       FROM pipeline_run, generate_series(0, 1) k WHERE pipeline = 'long' RETURNING *`;
    await service.sql(
      `WITH e AS (${entries})
       INSERT INTO latest_entry (run_id, scope_id, key, entry_id, filter_scope, type, sort_class, sort_number, logged_at)
       SELECT run_id, scope_id, key, id, '', type, 0, (value::text)::numeric, logged_at FROM e`,
    );
    const page = await dashboard.open('/runs?q=pipeline:long&cols=state,started,took,pipeline,metric_0,metric_1');
    await page.locator('#cell-5-5').waitFor();
    const table = page.locator('#runs');
    // Each time its end comes near, the next page is asked for.
    const toEnd = () =>
      table.evaluate((element) => {
        element.scrollTop = element.scrollHeight;
        return Math.round(element.querySelector<HTMLElement>('[role=rowgroup]:last-child')!.offsetHeight / 28);
      });
    await expect.poll(toEnd, { timeout: 180_000, interval: 30 }).toBe(10_000);
    await table.evaluate((element) => element.scrollTo(0, 0));
    expect((await fairCost(page, 3, () => scroll(page, 40))) / 40).toBeLessThan(16);
  });

  test('the first load is 130 kB of script and 8 of style at most, and all of it is from the service', async ({
    dashboard,
    server,
  }) => {
    const browser = await dashboard.another();
    const sent: Record<string, number> = {};
    const addresses: string[] = [];
    browser.context.on('response', async (response) => {
      const type = response.request().resourceType();
      addresses.push(response.url());
      const length = Number((await response.allHeaders())['content-length'] ?? 0);
      sent[type] = (sent[type] ?? 0) + length;
    });
    const page = await browser.open('/runs');
    await page.locator('#cell-0-0').waitFor();
    expect(sent['script']).toBeGreaterThan(50_000);
    expect(sent['script']).toBeLessThanOrEqual(130_000);
    expect(sent['stylesheet']).toBeLessThanOrEqual(8_000);
    expect(addresses.filter((address) => !address.startsWith(server.origin))).toEqual([]);
  });

  test('twenty curves of 500 points are drawn for 20 ms', async ({ service, dashboard }) => {
    const names = Array.from({ length: 20 }, (_, at) => `curve-${at}`);
    for (const name of names) {
      await startRun(service, { name });
      const entries = Array.from({ length: 500 }, (_, at) => ({
        key: 'wave',
        value: Math.sin(at / 20 + name.length),
        type: 'FLOAT',
        iteration: at,
      }));
      await log(service, { run: name }, undefined, { entries });
    }
    const page = await dashboard.open(`/curves?runs=${names.join(',')}&y=wave`);
    await page.getByText('all 10,000 logged points').waitFor();
    await page.locator('canvas').waitFor();
    // Another size is another drawing of the same curves.
    const size = (width: number) =>
      page.evaluate(async (pixels) => {
        document.querySelector('canvas')!.closest('section')!.style.width = `${pixels}px`;
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      }, width);
    let width = 600;
    const redraw = () => {
      width += 10;
      return size(width);
    };
    await redraw();
    expect(await fairCost(page, 8, redraw)).toBeLessThan(20);
  });
});
