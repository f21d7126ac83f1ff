import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { test } from '../support/dashboard.ts';
import { log, startRun, startStep } from '../support/ledger.ts';

describe.skipIf(!chromiumPath)('the columns of the table', () => {
  test.beforeAll(async ({ service }) => {
    for (let at = 1; at <= 5; at++) {
      await startRun(service, { name: `run-${at}`, pipeline: at > 3 ? 'iris' : 'churn' });
      const config = { lr: at / 100 };
      await log(service, { run: `run-${at}` }, { alpha: at, beta: 'the same', gamma: at * 2, config });
    }
  });

  const open = async (dashboard: { open(path: string): Promise<Page> }, path: string) => {
    const page = await dashboard.open(path);
    await page.locator('#cell-4-1').waitFor();
    return page;
  };
  const heads = async (page: Page) => (await page.getByRole('columnheader').allInnerTexts()).map((text) => text.trim());
  const columnsOf = (page: Page) => new URL(page.url()).searchParams.get('cols');

  test('move when their heads are dragged', async ({ dashboard }) => {
    const page = await open(dashboard, '/runs?cols=alpha,beta,gamma');
    const head = (name: string) => page.getByRole('columnheader', { name });
    await head('gamma').dragTo(head('alpha'));
    await expect.poll(() => heads(page)).toEqual(['Run', 'gamma', 'alpha', 'beta']);
    expect(columnsOf(page)).toBe('gamma,alpha,beta');
    await page.goBack();
    await expect.poll(() => heads(page)).toEqual(['Run', 'alpha', 'beta', 'gamma']);
    // Also to the very end.
    await head('alpha').dragTo(head('gamma'));
    await expect.poll(() => heads(page)).toEqual(['Run', 'beta', 'gamma', 'alpha']);
  });

  test('of one step have what that step logged, shown, asked, filtered by and as a file', async ({
    dashboard,
    service,
  }) => {
    for (const [name, loss] of Object.entries({ train: 0.5, eval: 0.75 })) {
      const { id } = await startStep(service, 'run-1', name);
      await log(service, { stepId: id }, { loss, report: { f1: loss } });
    }
    const page = await open(dashboard, '/runs?cols=loss@train,loss@eval,report@train["f1"],loss&sort=name');
    const cells = () => page.getByRole('row').filter({ hasText: 'run-1' }).getByRole('gridcell').allInnerTexts();
    await expect.poll(async () => (await cells()).slice(1)).toEqual(['0.5', '0.75', '0.5', '0.75']);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    const lines = (await readFile((await file.path())!, 'utf8')).split('\r\n');
    expect(lines[0]).toBe('run,id,train::loss,eval::loss,train::report › f1,loss');
    expect(lines[1]).toMatch(/^run-1,[^,]+,0\.5,0\.75,0\.5,0\.75$/);
    await page.locator('#cell-0-1').click();
    const menu = page.getByRole('dialog', { name: 'train::loss of run-1' });
    await menu.getByText('0.5', { exact: true }).waitFor();
    await menu.getByRole('button', { name: '= this', exact: true }).click();
    await page.getByText('row 1 of 1').waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('loss@train=0.5');
  });

  test('are sized by their edges, fitted by a double click, and the address keeps how wide they are', async ({
    dashboard,
  }) => {
    const page = await open(dashboard, '/runs?cols=alpha,beta');
    const head = page.getByRole('columnheader', { name: 'alpha' });
    const widthOf = async () => (await head.boundingBox())!.width;
    const before = (await head.boundingBox())!;
    await page.mouse.move(before.x + before.width - 2, before.y + 10);
    await page.mouse.down();
    await page.mouse.move(before.x + before.width + 60, before.y + 10, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => columnsOf(page)).toMatch(/^alpha:\d+,beta$/);
    const wide = Number(/\d+/.exec(columnsOf(page)!)![0]);
    expect(wide).toBeGreaterThan(before.width + 40);
    await page.reload();
    await expect.poll(widthOf).toBe(wide);
    const now = (await head.boundingBox())!;
    await page.mouse.dblclick(now.x + now.width - 2, now.y + 10);
    await expect.poll(widthOf).toBeLessThan(before.width);
    await page.locator('#runs').focus();
    await page.keyboard.press('ArrowRight');
    const fitted = await widthOf();
    await page.keyboard.press('>');
    await expect.poll(widthOf).toBe(fitted + 16);
  });

  test('that are pinned stay in view while the others are scrolled', async ({ dashboard }) => {
    const page = await open(dashboard, '/runs?cols=gamma,alpha:900,beta:900');
    await page.keyboard.press('e');
    await page.getByRole('button', { name: 'Pin the columns up to gamma' }).press('Enter');
    await page.keyboard.press('Escape');
    expect(new URL(page.url()).searchParams.get('pin')).toBe('1');
    const pinned = page.locator('#cell-0-1');
    const { x } = (await pinned.boundingBox())!;
    await page.locator('#runs').evaluate((element) => element.scrollTo({ left: 700 }));
    await expect.poll(async () => (await page.locator('#cell-0-2').boundingBox())!.x).toBeLessThan(x);
    expect((await pinned.boundingBox())!.x).toBe(x);
  });

  test('that are pinned stay so when one of them is hidden or taken away, and come back together', async ({
    dashboard,
  }) => {
    const page = await open(dashboard, '/runs?cols=alpha,gamma');
    await page.evaluate("history.pushState(null, '', '/runs?cols=beta,alpha,gamma&pin=2&differ=1')");
    await page.reload();
    await expect.poll(() => heads(page)).toEqual(['Run', 'alpha', 'gamma']);
    const pinned = () => page.locator('[role=columnheader][data-pinned=true]').allInnerTexts();
    await expect.poll(pinned).toEqual(['alpha']);
    const pin = () => new URL(page.url()).searchParams.get('pin');
    await page.keyboard.press('e');
    await page.getByRole('dialog', { name: 'Columns' }).getByRole('checkbox', { name: 'beta' }).click();
    await expect.poll(() => [columnsOf(page), pin()]).toEqual(['alpha,gamma', '1']);
    await page.goBack();
    await expect.poll(() => [columnsOf(page), pin()]).toEqual(['beta,alpha,gamma', '2']);
  });

  test('are chosen, moved and reduced to those that differ, by keyboard alone', async ({ dashboard }) => {
    const page = await open(dashboard, '/runs?cols=alpha,beta');
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog', { name: 'Columns' });
    await dialog.getByLabel('Find a key').focus();
    await page.keyboard.type('config["lr"]');
    await dialog.getByRole('checkbox', { name: 'config › lr' }).press('Space');
    await expect.poll(() => columnsOf(page)).toBe('alpha,beta,config["lr"]');
    await dialog.getByRole('checkbox', { name: 'Only those that differ' }).press('Space');
    await page.keyboard.press('Escape');
    await expect.poll(() => heads(page)).toEqual(['Run', 'alpha', 'config › lr']);
    await page.getByText('1 column without a difference hidden').waitFor();
    await page.locator('#runs').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press(']');
    await expect.poll(() => heads(page)).toEqual(['Run', 'config › lr', 'alpha']);
    await page.keyboard.press('s');
    await expect.poll(() => new URL(page.url()).searchParams.get('sort')).toBe('-alpha');
    await page.keyboard.press('s');
    const names = ['run-1', 'run-2', 'run-3', 'run-4', 'run-5'];
    await expect.poll(() => page.locator('[role=row] a').allInnerTexts()).toEqual(names);
    await page.getByRole('button', { name: '1 column without a difference hidden' }).click();
    await expect.poll(() => heads(page)).toEqual(['Run', 'config › lr', 'beta', 'alpha']);
  });

  test('a list is divided by pipelines, and those that are checked stay', async ({ dashboard }) => {
    const page = await open(dashboard, '/runs?cols=alpha');
    await page.getByRole('button', { name: 'all pipelines' }).click();
    const facet = page.getByRole('dialog', { name: 'Pipelines' });
    await facet.getByText('3', { exact: true }).waitFor();
    await facet.getByRole('checkbox', { name: 'iris' }).check();
    await page.getByText('row 1 of 2').waitFor();
    await facet.getByText('3', { exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('pipeline:iris');
    await facet.getByRole('checkbox', { name: 'churn' }).check();
    await page.getByText('row 1 of 5').waitFor();
    expect(new URL(page.url()).searchParams.get('q')).toBe('pipeline:iris,churn');
  });

  test('nothing went wrong meanwhile', ({ dashboard, service }) => {
    expect(dashboard.watched).toEqual({ foreign: [], problems: [] });
    expect(service.unexpected).toEqual([]);
  });
});
