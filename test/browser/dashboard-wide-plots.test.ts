import { describe, expect } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { test } from '../support/dashboard.ts';
import { log, startRun } from '../support/ledger.ts';

const count = 30;
const keys = Array.from({ length: 12 }, (_, at) => `k${String(at + 1).padStart(2, '0')}`);

describe.skipIf(!chromiumPath)('plots of many pipelines and many columns', () => {
  test.beforeAll(async ({ service }) => {
    for (let at = 1; at <= count; at++) {
      const number = String(at).padStart(2, '0');
      await startRun(service, { name: `wide-${number}`, pipeline: `p-${number}` });
      // What is much in the first half of the columns is little in the second.
      const values = keys.map((key, place) => [key, place < keys.length / 2 ? at : count + 1 - at]);
      const texts = at > 27 ? { parts: ['a', 'b'], note: 'n'.repeat(300) } : {};
      await log(service, { run: `wide-${number}` }, { ...Object.fromEntries(values), ...texts });
    }
  });

  test('a condition holds whose column has too many texts for an axis', async ({ dashboard }) => {
    const page = await dashboard.open('/runs?cols=pipeline,k01,k02&view=parallel&q=pipeline:p-07');
    await page.getByText(`1 of ${count} runs pass`).waitFor();
  });

  test('a condition on what has no place on an axis is one of the list', async ({ dashboard }) => {
    const list = await dashboard.open('/runs?cols=parts,k01,k02&view=parallel&q=parts=["a","b"]');
    await list.getByText('3 of 3 runs pass').waitFor();
    const text = await dashboard.open(`/runs?cols=note,k01,k02&view=parallel&q=note=${'n'.repeat(300)}`);
    await text.getByText('3 of 3 runs pass').waitFor();
  });

  test('a condition holds whose column is hidden because all say the same there', async ({ dashboard }) => {
    const page = await dashboard.open('/runs?cols=k01,k02,parts["0"]&view=parallel&differ=1&q=name:wide-3 k01<20');
    await page.getByText('0 of 1 runs pass').waitFor();
  });

  test('the run under the pointer is the one it says, where a plot was scrolled and others have gone', async ({
    dashboard,
    service,
  }) => {
    const page = await dashboard.open(`/runs?cols=${keys.join(',')}&view=parallel`, { width: 600, height: 800 });
    await page.getByText('live', { exact: true }).waitFor();
    const picture = page.getByRole('img', { name: /runs as lines/ });
    await page.getByText(`${count} of ${count} runs pass`).waitFor();
    await page.getByRole('button', { name: 'k12', exact: true }).scrollIntoViewIfNeeded();
    await expect.poll(async () => (await picture.boundingBox())!.x).toBeLessThan(-200);
    const box = (await picture.boundingBox())!;
    // Between the last two axes, where the first run is at the top.
    await page.mouse.move(box.x + box.width - 72 - 40, box.y + 44);
    const said = page.locator('header strong bdi');
    await expect.poll(() => said.allInnerTexts()).toEqual(['wide-01']);
    await service.run('mutation { deleteRun(ref: "wide-15") }');
    await page.getByText(`${count - 1} of ${count - 1} runs pass`).waitFor();
    expect(await said.allInnerTexts()).toEqual(['wide-01']);
  });

  test('breaks no policy by it', ({ dashboard, service }) => {
    expect(dashboard.watched).toEqual({ foreign: [], problems: [] });
    expect(service.unexpected).toEqual([]);
  });
});
