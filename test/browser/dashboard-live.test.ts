import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { test } from '../support/dashboard.ts';
import { finishStep, log, startRun, startStep } from '../support/ledger.ts';

describe.skipIf(!chromiumPath)('the page, live', () => {
  test('shows runs, values, steps and ends as they happen, without a reload', async ({ service, dashboard }) => {
    const page = await dashboard.open('/runs?cols=state,loss');
    await page.getByText('live', { exact: true }).waitFor();
    const run = await startRun(service, { name: 'moving' });
    await page.getByRole('link', { name: 'moving' }).waitFor();
    const cell = page.locator('#cell-0-2');
    await log(service, { run: run.id }, { loss: 0.75 });
    await expect.poll(() => cell.textContent(), { timeout: 10_000 }).toContain('0.75');
    await log(service, { run: run.id }, { loss: 0.25 });
    await expect.poll(() => cell.textContent(), { timeout: 10_000 }).toContain('0.25');
    await page.getByRole('link', { name: 'moving' }).click();
    const step = await startStep(service, run.id, 'train');
    await page.getByRole('button', { name: /train, attempt 1: running/ }).waitFor();
    await finishStep(service, step.id);
    await page.getByRole('button', { name: /train, attempt 1: completed/ }).waitFor();
    await service.run('mutation ($ref: String!) { deleteRun(ref: $ref) }', { ref: run.id });
    await page.getByText('This run has been deleted').waitFor();
    await page.getByRole('heading', { name: 'moving' }).waitFor();
  });

  test('shows what comes to stand at a path of a value', async ({ service, dashboard }) => {
    const run = await startRun(service, { name: 'deep' });
    await log(service, { run: run.id }, { config: { lr: 0.5 } });
    const page = await dashboard.open('/runs?q=name:deep&cols=config["lr"]');
    await page.getByText('live', { exact: true }).waitFor();
    const cell = page.locator('#cell-0-1');
    await expect.poll(() => cell.textContent()).toContain('0.5');
    await log(service, { run: run.id }, { config: { lr: 0.125 } });
    await expect.poll(() => cell.textContent()).toContain('0.125');
  });

  test('shows a run that began after the list was read, and before the runs were counted', async ({
    service,
    dashboard,
  }) => {
    const browser = await dashboard.another();
    let count = () => {};
    const counting = new Promise<void>((resolve) => {
      count = resolve;
    });
    let isCounted = false;
    await browser.context.route('**/graphql', async (route) => {
      if (/query Facets/.test(route.request().postData() ?? '')) {
        isCounted = true;
        await counting;
      }
      await route.continue();
    });
    const page = await browser.open('/runs?q=name:between');
    await page.getByRole('heading', { name: 'No run passes this filter' }).waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    await expect.poll(() => isCounted).toBe(true);
    await startRun(service, { name: 'between' });
    count();
    await page.getByRole('link', { name: 'between' }).waitFor();
  });

  test('announces new runs to who has scrolled down', async ({ service, dashboard }) => {
    for (let index = 0; index < 60; index++) await startRun(service, { name: `many-${index}` });
    const page = await dashboard.open('/runs?q=name:many');
    await page.getByText('live', { exact: true }).waitFor();
    // The stream may stand before the rows are there, and where none are, none is the last.
    await page.locator('#cell-0-0').waitFor();
    await page.locator('#runs').focus();
    await page.keyboard.press('End');
    await page.getByText('row 60 of 60').waitFor();
    await startRun(service, { name: 'many-late' });
    const announced = page.getByRole('button', { name: '1 new run' });
    await announced.waitFor();
    await page.getByText('row 60 of 61').waitFor();
    await page.locator('#cell-59-0').getByText('many-0', { exact: true }).waitFor();
    await announced.click();
    await page.getByRole('link', { name: 'many-late' }).waitFor();
    await expect.poll(() => announced.count(), { timeout: 10_000 }).toBe(0);
  });

  test('keeps the rows that one looks at where they are when the list is asked for again', async ({
    service,
    dashboard,
  }) => {
    for (let index = 0; index < 60; index++) await startRun(service, { name: `kept-${index}` });
    const page = await dashboard.open('/runs?q=name:kept');
    await page.getByText('live', { exact: true }).waitFor();
    // The stream may stand before the rows are there, and where none are, none is the last.
    await page.locator('#cell-0-0').waitFor();
    await page.locator('#runs').focus();
    await page.keyboard.press('End');
    await page.getByText('row 60 of 60').waitFor();
    const row = page.getByRole('row').filter({ hasText: /^kept-0/ });
    const before = await row.boundingBox();
    await startRun(service, { name: 'kept-new' });
    await page.getByRole('button', { name: '1 new run' }).waitFor();
    // Another attempt changes latest values: the rows are asked for anew, with the new one among them.
    const step = await startStep(service, 'kept-3', 'train');
    await finishStep(service, step.id, 'FAILED');
    await startStep(service, 'kept-3', 'train');
    await page.getByText('row 61 of 61').waitFor();
    expect(await row.boundingBox()).toEqual(before);
  });

  test('seven tabs share one stream, every one is live and still answers, and another leads when the first closes', async ({
    service,
    dashboard,
  }) => {
    const browser = await dashboard.another();
    let streams = 0;
    browser.context.on('request', (request) => {
      if (request.headers()['accept'] === 'text/event-stream') streams++;
    });
    const pages: Page[] = [];
    for (let index = 0; index < 7; index++) pages.push(await browser.open('/runs?cols=state,metric&q=name:shared'));
    for (const page of pages) await page.getByText('live', { exact: true }).waitFor();
    expect(streams).toBe(1);
    await startRun(service, { name: 'shared' });
    for (const page of pages) await page.getByRole('link', { name: 'shared' }).waitFor();
    await pages[0]!.close();
    const shows = async (value: string) => {
      for (const page of pages.slice(1))
        await expect.poll(() => page.locator('#cell-0-2').textContent(), { timeout: 10_000 }).toContain(value);
    };
    await log(service, { run: 'shared' }, { metric: 42 });
    await shows('42');
    // A closed tab may still pass on what it has just read: that another leads is seen by its stream, and what comes by it.
    await expect.poll(() => streams, { timeout: 10_000 }).toBe(2);
    await log(service, { run: 'shared' }, { metric: 43 });
    await shows('43');
    expect(streams).toBe(2);
  });

  test('nothing went wrong meanwhile', ({ dashboard, service }) => {
    expect(dashboard.watched).toEqual({ foreign: [], problems: [] });
    expect(service.unexpected).toEqual([]);
  });
});
