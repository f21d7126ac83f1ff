import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { findInaccessible, test } from '../support/dashboard.ts';
import { log, startRun } from '../support/ledger.ts';

describe.skipIf(!chromiumPath)('parallel coordinates and scatter', () => {
  test.beforeAll(async ({ service }) => {
    for (let at = 1; at <= 10; at++) {
      const name = `trial-${String(at).padStart(2, '0')}`;
      await startRun(service, { name, pipeline: 'sweep' });
      const config = { lr: 10 ** -(at % 4), opt: at % 2 ? 'sgd' : 'adam' };
      await log(service, { run: name }, { score: at / 10, depth: at, config });
    }
    await startRun(service, { name: 'without', pipeline: 'sweep' });
  });

  const columns = 'cols=score,depth,config["lr"],config["opt"]';
  const filterOf = (page: Page) => new URL(page.url()).searchParams.get('q');

  /** Drags along a stretch of an axis, from 0, its low end, to 1. */
  async function brush(page: Page, axis: string, from: number, to: number): Promise<void> {
    const rail = page.locator(`[data-axis='${axis}']`);
    await rail.waitFor();
    const box = (await rail.boundingBox())!;
    const x = box.x + box.width / 2;
    // It reaches a little beyond the axis.
    const beyond = 8;
    const yOf = (place: number) => box.y + beyond + (1 - place) * (box.height - 2 * beyond);
    await page.mouse.move(x, yOf(from));
    await page.mouse.down();
    await page.mouse.move(x, yOf(to), { steps: 4 });
    await page.mouse.up();
  }

  test('dragging along an axis of the list becomes a filter in the address, and the table has what passes', async ({
    dashboard,
  }) => {
    const page = await dashboard.open(`/runs?${columns}`);
    await page.locator('#cell-0-0').waitFor();
    await page.getByRole('button', { name: 'Parallel' }).click();
    await page.getByText('11 of 11 runs pass').waitFor();
    // The scores go from 0.1 to 1.
    await brush(page, 'score', 0.65, 1);
    await page.getByText('4 of 11 runs pass').waitFor();
    expect(filterOf(page)).toMatch(/^score>=0\.68\d* score<=1$/);
    await brush(page, 'config["opt"]', 0, 0.5);
    await page.getByText('2 of 11 runs pass').waitFor();
    expect(filterOf(page)).toMatch(/ config\["opt"\] in \(adam\)$/);
    await page.getByRole('button', { name: 'Table' }).click();
    await expect.poll(() => page.locator('[role=row] a').allInnerTexts()).toEqual(['trial-10', 'trial-08']);
    await page.goBack();
    await page.getByText('2 of 11 runs pass').waitFor();
    // A press lets all pass again.
    const rail = (await page.locator(`[data-axis='score']`).boundingBox())!;
    await page.mouse.click(rail.x + rail.width / 2, rail.y + rail.height / 2);
    await page.getByText('5 of 11 runs pass').waitFor();
    await page.getByRole('button', { name: /^Drop the condition config/ }).click();
    await page.getByText('11 of 11 runs pass').waitFor();
  });

  test('does the same by keyboard', async ({ dashboard }) => {
    const page = await dashboard.open(`/runs?${columns}&view=parallel`);
    await page.getByRole('button', { name: 'score', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('0.75');
    await page.keyboard.press('Tab');
    await page.keyboard.type('0.9');
    await page.keyboard.press('Enter');
    await page.getByText('2 of 11 runs pass').waitFor();
    expect(filterOf(page)).toBe('score>=0.75 score<=0.9');
    await page.getByRole('button', { name: 'config › opt' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('checkbox', { name: 'sgd' }).press('Space');
    await page.getByText('1 of 11 runs pass').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('a rectangle over points is a filter on both axes', async ({ dashboard }) => {
    const page = await dashboard.open(`/runs?${columns}&view=scatter&x=depth&y=score`);
    await page.getByText('11 of 11 runs pass').waitFor();
    const box = (await page.getByRole('img', { name: /^11 runs as points: score over depth/ }).boundingBox())!;
    // From within the plot to beyond its corner, where both axes have their least.
    await page.mouse.move(box.x + 84 + (box.width - 108) * 0.4, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y + box.height - 20, { steps: 4 });
    await page.mouse.up();
    await page.getByText('4 of 11 runs pass').waitFor();
    expect(filterOf(page)).toMatch(/^depth>=1 depth<=4\.\d+ score>=0\.1 score<=(1|0\.9\d+)$/);
    await page.getByLabel('x axis').selectOption('config › lr');
    await page.getByRole('img', { name: /score over config › lr/ }).waitFor();
    await page.getByText('4 of 11 runs pass').waitFor();
  });

  test('in a comparison, what is chosen keeps some of the runs, or finds all that there are', async ({ dashboard }) => {
    const runs = ['01', '02', '03', '04', '05'].map((at) => `trial-${at}`).join(',');
    const page = await dashboard.open(`/compare?runs=${runs}`);
    await page.getByRole('columnheader', { name: /trial-01/ }).waitFor();
    await page.getByRole('button', { name: 'Parallel' }).click();
    await page.getByText('5 of 5 runs pass').waitFor();
    await brush(page, 'score', 0.6, 1);
    await page.getByText('2 of 5 runs pass').waitFor();
    const filter = filterOf(page);
    await page.getByRole('button', { name: 'Keep only these' }).click();
    await page.getByText('2 of 2 runs pass').waitFor();
    expect(new URL(page.url()).searchParams.get('runs')).toBe('trial-04,trial-05');
    await page.getByRole('button', { name: 'All runs that pass' }).click();
    await page.getByText('row 1 of 2').waitFor();
    expect(filterOf(page)).toBe(filter);
  });

  test.for([
    ['/runs?view=parallel', 'light'],
    ['/runs?view=parallel', 'dark'],
    ['/runs?view=scatter', 'light'],
    ['/runs?view=scatter', 'dark'],
  ] as const)('axe has nothing against %s in the %s theme', async ([path, colorScheme], { dashboard }) => {
    const page = await dashboard.open(`${path}&${columns}`);
    await page.emulateMedia({ colorScheme });
    await page.getByText('11 of 11 runs pass').waitFor();
    expect(await findInaccessible(page)).toEqual([]);
  });

  test('breaks no policy by it', ({ dashboard, service }) => {
    expect(dashboard.watched).toEqual({ foreign: [], problems: [] });
    expect(service.unexpected).toEqual([]);
  });
});
