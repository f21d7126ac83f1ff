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
    await page.close();
  });

  test('announces new runs to who has scrolled down', async ({ service, dashboard }) => {
    for (let index = 0; index < 60; index++) await startRun(service, { name: `many-${index}` });
    const page = await dashboard.open('/runs');
    await page.getByText('live', { exact: true }).waitFor();
    await page.locator('#runs').focus();
    await page.keyboard.press('End');
    await page.getByText('row 60 of 60').waitFor();
    await startRun(service, { name: 'late' });
    await page.getByRole('button', { name: '1 new run' }).click();
    await page.getByRole('link', { name: 'late' }).waitFor();
    await page.close();
  });

  test('seven tabs share one stream, every one is live and still answers, and another leads when the first closes', async ({
    service,
    dashboard,
  }) => {
    let streams = 0;
    dashboard.context.on('request', (request) => {
      if (request.headers()['accept'] === 'text/event-stream') streams++;
    });
    const pages = [];
    for (let index = 0; index < 7; index++) pages.push(await dashboard.open('/runs?cols=state,metric&q=name:shared'));
    for (const page of pages) await page.getByText('live', { exact: true }).waitFor();
    expect(streams).toBe(1);
    await startRun(service, { name: 'shared' });
    for (const page of pages) await page.getByRole('link', { name: 'shared' }).waitFor();
    await pages[0]!.close();
    await log(service, { run: 'shared' }, { metric: 42 });
    for (const page of pages.slice(1))
      await expect.poll(() => page.locator('#cell-0-2').textContent(), { timeout: 10_000 }).toContain('42');
    expect(streams).toBe(2);
    for (const page of pages.slice(1)) await page.close();
  });

  test('nothing went wrong meanwhile', ({ dashboard, service }) => {
    expect(dashboard.watched).toEqual({ foreign: [], problems: [] });
    expect(service.unexpected).toEqual([]);
  });
});
