import { describe, expect } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { test } from '../support/dashboard.ts';
import { log, startRun } from '../support/ledger.ts';

const markup = '<img src=x onerror="window.wasHit=1"><script>window.wasHit=1</script>';
const fortyDigits = 1234567890123456789012345678901234567890n;
const rightToLeft = 'gnp.\u202etxt.exe';
const long = 'x'.repeat(65_000);
const scriptUri = 'javascript:window.wasHit=1';

describe.skipIf(!chromiumPath)('what hostile or odd jobs log', () => {
  test.beforeAll(async ({ service }) => {
    const name = `run ${markup} , "quoted" %2F ../x`;
    await startRun(service, { name, pipeline: markup });
    await log(
      service,
      { run: name },
      { [markup]: markup, forty: fortyDigits, [rightToLeft]: rightToLeft, __proto__x: 1, constructor: 2, long },
      {
        entries: [
          { key: '__proto__', value: { nested: { __proto__x: fortyDigits } } },
          { key: 'link', value: scriptUri, type: 'URI' },
          { key: 'nan', value: 'NaN', type: 'FLOAT' },
        ],
      },
    );
    await startRun(service, { name: '..' });
    await log(service, { run: '..' }, { forty: fortyDigits + 1n });
  });

  test('is shown as text, and exact, in the table and on the page of the run', async ({ dashboard }) => {
    const columns = [
      JSON.stringify(markup),
      'forty',
      JSON.stringify(rightToLeft),
      'constructor',
      'long',
      '__proto__["nested"]',
    ];
    const page = await dashboard.open(`/runs?cols=${encodeURIComponent(columns.join(','))}`);
    await page.getByText('1234567890123456789012345678901234567890', { exact: true }).waitFor();
    await page.getByText('{"__proto__x":1234567890123456789012345678901234567890}').waitFor();
    await page.getByRole('gridcell').getByText('<img src=x').first().waitFor();
    await page.getByRole('link', { name: /^run <img/ }).click();
    await page.getByRole('heading', { name: /^run <img/ }).waitFor();
    for (const key of [markup, 'forty', rightToLeft, 'long', 'link', '__proto__']) {
      await page
        .locator('aside button[aria-expanded]')
        .filter({ has: page.getByText(key, { exact: true }) })
        .first()
        .click();
      await page.getByRole('heading', { name: 'History of' }).waitFor();
    }
    expect(await page.locator(`a[href^="javascript"]`).count()).toBe(0);
    await page.goBack();
    await page.getByRole('link', { name: '..', exact: true }).click();
    await page.getByRole('heading', { name: '..', exact: true }).waitFor();
    expect(await page.evaluate('window.wasHit')).toBeUndefined();
  });

  test('can be filtered by, to the last of forty digits', async ({ dashboard }) => {
    const page = await dashboard.open(`/runs?q=${encodeURIComponent(`forty=${fortyDigits}`)}&cols=forty`);
    await page.getByRole('link', { name: /^run <img/ }).waitFor();
    await page.getByText('row 1 of 1', { exact: true }).waitFor();
  });

  test('can be compared', async ({ dashboard }) => {
    const page = await dashboard.open('/compare?runs=..,run');
    await page.getByText('1234567890123456789012345678901234567891').waitFor();
    await page.getByText('1234567890123456789012345678901234567890').first().waitFor();
    expect(await page.evaluate('window.wasHit')).toBeUndefined();
  });

  test('breaks neither the page nor its policy', ({ dashboard, service }) => {
    expect(dashboard.watched).toEqual({ foreign: [], problems: [] });
    expect(service.unexpected).toEqual([]);
  });
});
