import { describe, expect } from 'vitest';
import { stringifyJson } from '../../clients/typescript/src/json/stringify.ts';
import { chromiumPath } from '../support/browser.ts';
import { findInaccessible, test } from '../support/dashboard.ts';
import { finishStep, log, startRun, startStep } from '../support/ledger.ts';

describe.skipIf(!chromiumPath)('the pages of runs', () => {
  test.beforeAll(async ({ service }) => {
    for (const [name, lr, best] of [
      ['base', 0.01, 0.9],
      ['other', 0.1, 0.8],
    ] as const) {
      const run = await startRun(service, { name });
      await log(service, { run: run.id }, { config: { lr, layers: [64, 64] }, only_null: null, same: 'x' });
      const first = await startStep(service, run.id, 'train');
      await finishStep(service, first.id, 'FAILED');
      const second = await startStep(service, run.id, 'train');
      const entries = Array.from({ length: 30 }, (_, at) => ({
        key: 'loss',
        value: 1 / (at + 1),
        type: 'FLOAT',
        iteration: at + 1,
      }));
      await log(service, { stepId: second.id }, { best }, { entries });
      await startStep(service, run.id, 'evaluate', { cachedFrom: second.id });
    }
    await log(service, { run: 'other' }, { doubtful: 2 });
    await log(service, { run: 'base' }, { doubtful: 1, alone: 9007199254740993n });
  });

  test('a run shows its attempts, its values to the last digit, and what came before', async ({
    service,
    dashboard,
  }) => {
    const page = await dashboard.open('/runs/base');
    await page.getByRole('button', { name: /train, attempt 1: retried/ }).waitFor();
    await page.getByRole('button', { name: /evaluate, attempt 1: cached/ }).waitFor();
    await page.getByRole('button', { name: /^alone/ }).click();
    await page.getByText('9007199254740993', { exact: true }).first().waitFor();
    await page.getByRole('button', { name: /^loss/ }).first().click();
    await page.getByRole('heading', { name: 'History of' }).waitFor();
    await page.getByText('0.0344828 → 0.0333333').waitFor();
    expect(decodeURIComponent(page.url())).toContain('tab=history');
    await page.getByRole('button', { name: /^doubtful/ }).click();
    await page.getByRole('button', { name: /Retract entry/ }).click();
    await page.getByLabel('Why?').fill('wrong unit');
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.getByText('wrong unit').waitFor();
    expect(
      (await service.run('{ pipelineRun(ref: "base") { runMetadata(key: "doubtful") { id } } }')).pipelineRun
        .runMetadata,
    ).toBeNull();
  });

  test('a comparison shows leaves that differ, by how much, and tells nothing from nothing', async ({ dashboard }) => {
    const page = await dashboard.open('/compare?runs=base,other');
    await page.getByText('×10').waitFor();
    await page.getByText('−0.1', { exact: true }).first().waitFor();
    expect(await page.getByText('same', { exact: true }).count()).toBe(0);
    await page.getByText('not logged').first().waitFor();
    await page.getByLabel('differences only').uncheck();
    await page.getByText('same', { exact: true }).waitFor();
    await page.getByTitle('null was logged').first().waitFor();
    await page.getByTitle('Taken back: wrong unit').waitFor();
  });

  test('curves are drawn, and a part of the axis is asked for anew', async ({ dashboard }) => {
    const page = await dashboard.open('/curves?runs=base,other&y=train::loss');
    await page.getByText('all 60 logged points').waitFor();
    const canvas = page.locator('canvas');
    await canvas.waitFor();
    const { x, y, width } = (await page.locator('.u-over').boundingBox())!;
    await page.mouse.move(x + width * 0.25, y + 40);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.5, y + 60, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toContain('from=');
    await page.getByText(/all 1\d logged points/).waitFor();
    await page.getByRole('button', { name: 'whole axis' }).click();
    await page.getByText('all 60 logged points').waitFor();
  });

  /** What is there when all of a page is. */
  const whole = {
    '/runs': '#cell-0-0',
    '/runs?peek=base': 'aside button[aria-expanded]',
    '/runs/base?key=train::loss': 'table td',
    '/compare?runs=base,other&diff=0': 'table td',
    '/curves?runs=base,other&y=train::loss': 'canvas',
  };
  test.for([
    ['/runs', 'light'],
    ['/runs', 'dark'],
    ['/runs?peek=base', 'light'],
    ['/runs?peek=base', 'dark'],
    ['/runs/base?key=train::loss', 'light'],
    ['/runs/base?key=train::loss', 'dark'],
    ['/compare?runs=base,other&diff=0', 'light'],
    ['/compare?runs=base,other&diff=0', 'dark'],
    ['/curves?runs=base,other&y=train::loss', 'light'],
    ['/curves?runs=base,other&y=train::loss', 'dark'],
  ] as const)('axe has nothing against %s in the %s theme', async ([path, colorScheme], { dashboard }) => {
    const page = await dashboard.open(path);
    await page.emulateMedia({ colorScheme });
    await page.locator(whole[path]).first().waitFor();
    expect(await findInaccessible(page)).toEqual([]);
  });

  const pages = ['/runs', '/runs/base?key=train::loss', '/compare?runs=base,other', '/curves?runs=base,other'];

  test.for(pages)(
    '%s fits a phone, and a window in which everything is shown at twice its size',
    async (path, { dashboard }) => {
      // At 200 % a page of 1280 by 800 has half the pixels each way.
      for (const size of [
        { width: 390, height: 844 },
        { width: 640, height: 400 },
      ]) {
        const page = await dashboard.open(path, size);
        await page.getByRole('main').getByText('base').first().waitFor();
        if (path.includes('key=')) await page.getByText('30 entries').waitFor();
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(size.width);
      }
    },
  );

  test.for(pages)('%s can be asked again in GraphiQL: the question is whole', async (path, { dashboard, service }) => {
    const page = await dashboard.open(path);
    await page.getByRole('main').getByText('base').first().waitFor();
    const link = page.getByRole('link', { name: 'GraphiQL' });
    await expect.poll(() => link.getAttribute('href')).toContain('query=');
    const { searchParams } = new URL((await link.getAttribute('href'))!, page.url());
    expect(stringifyJson(await service.run(searchParams.get('query')!))).toContain('"base"');
  });

  test('nothing went wrong meanwhile', ({ dashboard, service }) => {
    expect(dashboard.watched).toEqual({ foreign: [], problems: [] });
    expect(service.unexpected).toEqual([]);
  });
});
