import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { test } from '../support/dashboard.ts';
import { log, startRun } from '../support/ledger.ts';

describe.skipIf(!chromiumPath)('on the page one can', () => {
  test.beforeAll(async ({ service }) => {
    for (let at = 0; at < 250; at++) {
      const name = `run-${String(at).padStart(3, '0')}`;
      await startRun(service, { name, pipeline: at % 2 ? 'odd' : 'even' });
    }
    for (const at of [1, 2, 3])
      await log(service, { run: `run-00${at}` }, { score: at / 10, big: 9007199254740993n, text: `a "${at}", b` });
  });

  const names = (page: Page) => page.locator('[role=row] a').allInnerTexts();

  test('go from the filter to a comparison by keyboard alone', async ({ dashboard }) => {
    const page = await dashboard.open('/runs');
    await page.locator('#cell-0-0').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('sco');
    await page.getByRole('option', { name: /^score/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type('>0.1');
    await page.keyboard.press('Escape');
    await expect.poll(() => names(page), { timeout: 10_000 }).toEqual(['run-003', 'run-002']);
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await page.keyboard.press('Shift+X');
    await page.getByText('2 selected').waitFor();
    await page.keyboard.press('c');
    await page.getByRole('heading', { name: 'Compare' }).waitFor();
    await page.getByText('0.3', { exact: true }).waitFor();
    await page.goBack();
    await expect.poll(() => names(page), { timeout: 10_000 }).toEqual(['run-003', 'run-002']);
    await page.locator('#runs').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'run-003' }).waitFor();
    await page.keyboard.press(']');
    await page.getByRole('heading', { name: 'run-002' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => names(page), { timeout: 10_000 }).toEqual(['run-003', 'run-002']);
  });

  test('find anything by name', async ({ dashboard }) => {
    const page = await dashboard.open('/runs');
    await page.locator('#cell-0-0').waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('run-042');
    await page.getByRole('option', { name: 'run-042' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'run-042' }).waitFor();
  });

  test('scroll through all runs, and take those that pass away as CSV', async ({ dashboard }) => {
    const page = await dashboard.open('/runs?q=pipeline:odd&cols=state,score,big,text&sort=name');
    await page.getByText('row 1 of 125').waitFor();
    await page.locator('#runs').focus();
    await page.keyboard.press('End');
    await page.getByText('row 100 of 125').waitFor();
    await expect
      .poll(
        async () => {
          await page.keyboard.press('End');
          return page.locator('footer').textContent();
        },
        { timeout: 10_000 },
      )
      .toContain('row 125 of 125');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    const lines = (await readFile((await download.path())!, 'utf8')).trim().split('\r\n');
    expect(lines.length).toBe(126);
    expect(lines[0]).toBe('run,id,State,score,big,text');
    expect(lines[1]).toMatch(/^run-001,[0-9a-f-]{36},RUNNING,0\.1,9007199254740993,"a ""1"", b"$/);
  });

  test('go on after a page was refused, which is not asked for again without end', async ({ dashboard }) => {
    const page = await dashboard.open('/nowhere-yet');
    let refused = 0;
    await page.route('**/graphql', (route) => {
      const { query = '', variables } = route.request().postDataJSON() ?? {};
      if (!query.includes('query RunRows') || variables.after === null) return route.continue();
      refused++;
      const errors = [{ message: 'The list has moved on.', extensions: { code: 'BAD_USER_INPUT' } }];
      return route.fulfill({ json: { errors } });
    });
    await page.evaluate("history.pushState(null, '', '/runs?q=pipeline:even&sort=name')");
    await page.reload();
    await page.getByText('row 1 of 125').waitFor();
    await page.locator('#runs').focus();
    await page.keyboard.press('End');
    const trouble = page.getByRole('alert');
    await trouble.getByText('The list has moved on.').waitFor();
    // Time enough for many more questions.
    await page.keyboard.press('Space');
    await page.getByRole('complementary').getByRole('heading', { name: 'run-198' }).waitFor();
    await page.keyboard.press('Home');
    await page.getByRole('complementary').getByRole('heading', { name: 'run-000' }).waitFor();
    await page.keyboard.press('End');
    await page.getByText('row 100 of 125').waitFor();
    expect(refused).toBe(1);
    await page.unroute('**/graphql');
    await trouble.getByRole('button', { name: 'Try again now' }).click();
    await expect.poll(() => trouble.count()).toBe(0);
    await expect
      .poll(async () => {
        await page.locator('#runs').press('End');
        return page.locator('footer').textContent();
      })
      .toContain('row 125 of 125');
  });

  test('filter by a cell, and choose columns', async ({ dashboard }) => {
    const page = await dashboard.open('/runs?cols=score&q=has:score');
    await page.getByText('0.2', { exact: true }).click();
    await page.getByRole('button', { name: '> this' }).click();
    await expect.poll(() => names(page), { timeout: 10_000 }).toEqual(['run-003']);
    expect(new URL(page.url()).searchParams.get('q')).toBe('score>0.2');
    await page.getByRole('button', { name: /Columns/ }).click();
    await page.getByRole('dialog').getByText('big', { exact: true }).click();
    await page.keyboard.press('Escape');
    await page.getByText('9007199254740993').waitFor();
    expect(new URL(page.url()).searchParams.get('cols')).toBe('score,big');
  });

  test('see how far a wrong filter reaches, and which condition to drop', async ({ dashboard }) => {
    const page = await dashboard.open('/runs?q=pipeline:odd+score>0.9');
    await page.getByText('No run passes this filter').waitFor();
    await page.getByText('125 runs').waitFor();
    await page.getByRole('button', { name: 'drop score>0.9' }).click();
    await page.getByText('row 1 of 125').waitFor();
    await page.locator('#filter').fill('status:faild');
    await page.getByText('"faild" is no status').waitFor();
    await page.getByText('row 1 of 125').waitFor();
  });

  test('ask the same in GraphiQL', async ({ dashboard }) => {
    const page = await dashboard.open('/runs?q=score>0.1&cols=score');
    await page.getByText('row 1 of 2').waitFor();
    await page.getByRole('link', { name: 'GraphiQL' }).click();
    await page.getByRole('button', { name: /execute query/i }).click();
    // It takes notice of what is in the address first.
    await expect
      .poll(() => page.locator('.graphiql-response').textContent(), { timeout: 10_000 })
      .toContain('"run-003"');
  });

  test('do it all without an error', ({ dashboard, service }) => {
    expect(dashboard.watched.foreign).toEqual([]);
    expect(service.unexpected).toEqual([]);
  });
});
