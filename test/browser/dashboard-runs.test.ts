import { describe, expect } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { test } from '../support/dashboard.ts';
import { log, startRun, startStep } from '../support/ledger.ts';

describe.skipIf(!chromiumPath)('the page of runs', () => {
  test('of an empty ledger shows how to log to this very service, and the first run as soon as there is one', async ({
    dashboard,
    server,
    service,
  }) => {
    const page = await dashboard.open('/');
    await page.getByText('Nothing has been logged yet').waitFor();
    expect(await page.locator('pre').textContent()).toContain(server.origin);
    await page.getByRole('tab', { name: 'curl' }).click();
    const curl = await page.locator('pre').textContent();
    expect(curl).toContain(`${server.origin}/graphql`);
    await page.getByText('live', { exact: true }).waitFor();
    const body = JSON.parse(/-d '(.*)'/.exec(curl!)![1]!) as { query: string };
    await service.run(body.query);
    await page.getByRole('link', { name: 'first' }).waitFor();
    await service.run('mutation { deleteRun(ref: "first") }');
    await page.getByText('Nothing has been logged yet').waitFor();
  });

  test('lists, filters, orders and selects, and keeps all of it in the address', async ({ service, dashboard }) => {
    for (const [name, accuracy] of [
      ['iris-1', 0.9],
      ['iris-2', 0.95],
      ['iris-3', 0.5],
    ] as const) {
      await startRun(service, { name, pipeline: 'iris' });
      await startStep(service, name, 'train');
      await log(service, { step: { run: name, name: 'train' } }, { accuracy, seed: 9007199254740993n });
    }
    const page = await dashboard.open('/runs');
    const names = () => page.locator('[role=row] a').allInnerTexts();
    await expect.poll(names).toEqual(['iris-3', 'iris-2', 'iris-1']);
    await page.getByRole('button', { name: 'accuracy' }).click();
    await expect.poll(names).toEqual(['iris-2', 'iris-1', 'iris-3']);
    await page.keyboard.press('/');
    await page.keyboard.type('accuracy>0.8');
    await page.keyboard.press('Enter');
    await expect.poll(names).toEqual(['iris-2', 'iris-1']);
    expect(decodeURIComponent(page.url())).toMatch(/\?sort=-accuracy&q=accuracy>0\.8$/);
    await page.reload();
    await expect.poll(names).toEqual(['iris-2', 'iris-1']);
    await page.locator('#runs').focus();
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('Space');
    await page.getByRole('complementary').getByRole('heading', { name: 'iris-1' }).waitFor();
    await page.keyboard.press('k');
    await page.getByRole('complementary').getByRole('heading', { name: 'iris-2' }).waitFor();
    await page.getByRole('complementary').getByText('seed', { exact: true }).click();
    await page.getByRole('complementary').getByText('9007199254740993', { exact: true }).last().waitFor();
    await page.getByRole('button', { name: 'Drop the condition accuracy>0.8' }).click();
    await expect.poll(names).toEqual(['iris-2', 'iris-1', 'iris-3']);
  });

  test('nothing came from elsewhere, nothing went wrong, and the policy was not once broken', ({
    dashboard,
    service,
  }) => {
    expect(dashboard.watched).toEqual({ foreign: [], problems: [] });
    expect(service.unexpected).toEqual([]);
  });
});
