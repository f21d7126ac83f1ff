import { describe, expect } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { findInaccessible, test } from '../support/dashboard.ts';
import { log, startRun } from '../support/ledger.ts';

describe.skipIf(!chromiumPath)('when something is not as it should be, the page', () => {
  test.beforeAll(async ({ service }) => {
    await startRun(service, { name: 'here' });
    await log(service, { run: 'here' }, { loss: 0.5 });
  });

  test('counts down to when it may ask again, and goes on by itself', async ({ dashboard }) => {
    const page = await dashboard.open('/nowhere-yet');
    let refusals = 0;
    await page.route('**/graphql', (route) => {
      if (!route.request().postData()?.includes('query RunRows') || refusals++ > 0) return route.continue();
      const errors = [{ message: 'The database does not answer.', extensions: { code: 'UNAVAILABLE' } }];
      return route.fulfill({ status: 503, headers: { 'retry-after': '3' }, json: { errors } });
    });
    await page.evaluate("history.pushState(null, '', '/runs')");
    await page.reload();
    const trouble = page.getByRole('alert');
    await trouble.getByText('UNAVAILABLE').waitFor();
    await trouble.getByText('The database does not answer.').waitFor();
    await trouble.getByText(/Trying again in [123] s\. Nothing shown here is lost\./).waitFor();
    await trouble.getByRole('button', { name: /^request [0-9a-f]{8}$/ }).waitFor();
    expect(await findInaccessible(page)).toEqual([]);
    await page.getByRole('link', { name: 'here' }).waitFor();
    await expect.poll(() => trouble.count()).toBe(0);
    expect(refusals).toBeGreaterThan(1);
  });

  test('shows the layout of the table while its first answer is long in coming', async ({ dashboard }) => {
    const page = await dashboard.open('/nowhere-yet');
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('query RunRows')) await held;
      await route.continue();
    });
    await page.evaluate("history.pushState(null, '', '/runs')");
    await page.reload();
    await page.locator('[class*=skeleton]').waitFor();
    expect(await page.getByRole('gridcell').count()).toBe(0);
    answer();
    await page.getByRole('link', { name: 'here' }).waitFor();
    await expect.poll(() => page.locator('[class*=skeleton]').count()).toBe(0);
  });

  test('says an error in the words of the service, with its code, and the list stays', async ({ dashboard }) => {
    const page = await dashboard.open('/runs');
    await page.getByRole('link', { name: 'here' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('after:nonsense');
    await page.keyboard.press('Enter');
    const trouble = page.getByRole('alert');
    await trouble.getByText('BAD_USER_INPUT').waitFor();
    await trouble.getByText(/A DateTime is a date and time with a zone/).waitFor();
    await page.getByRole('link', { name: 'here' }).waitFor();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await expect.poll(() => trouble.count()).toBe(0);
  });

  test('says that the connection is lost, and catches up when it is there again', async ({ service, dashboard }) => {
    const browser = await dashboard.another();
    const page = await browser.open('/runs?cols=loss');
    await page.getByText('live', { exact: true }).waitFor();
    await browser.context.setOffline(true);
    await page.getByText('reconnecting, nothing is lost').waitFor();
    await log(service, { run: 'here' }, { loss: 0.125 });
    await browser.context.setOffline(false);
    await page.getByText('0.125').waitFor();
    await page.getByText('live', { exact: true }).waitFor();
  });

  test('stops moving when told to, and catches up when it may move again', async ({ service, dashboard }) => {
    const page = await dashboard.open('/runs?cols=loss');
    await page.getByText('live', { exact: true }).waitFor();
    await page.keyboard.press('l');
    await page.getByText('paused', { exact: true }).waitFor();
    await log(service, { run: 'here' }, { loss: 0.0625 });
    await page.keyboard.press('l');
    await page.getByText('0.0625').waitFor();
  });

  test('says that there is no such run, and no such page', async ({ dashboard }) => {
    const page = await dashboard.open('/runs/nobody');
    await page.getByText('There is no run “nobody”.').waitFor();
    await page.getByRole('link', { name: 'All runs', exact: true }).click();
    await page.getByRole('link', { name: 'here' }).waitFor();
  });

  test('broke no policy', ({ dashboard }) => {
    expect(dashboard.watched).toEqual({ foreign: [], problems: [] });
  });
});
