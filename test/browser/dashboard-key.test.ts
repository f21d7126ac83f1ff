import { describe, expect } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { makeKey } from '../support/callers.ts';
import { test } from '../support/dashboard.ts';
import { log, startRun } from '../support/ledger.ts';

describe.skipIf(!chromiumPath)('the page of a service that asks for a key', () => {
  test('asks for one, keeps it in the tab, and offers only what it allows', async ({ service, dashboard }) => {
    await startRun(service, { name: 'guarded' });
    await log(service, { run: 'guarded' }, { accuracy: 0.9 });
    const reader = await makeKey(service, ['READ']);
    const admin = await makeKey(service, ['ADMIN']);
    const page = await dashboard.open('/runs');
    await page.getByText('This service asks for an API key').waitFor();
    await page.getByLabel('API key').fill('rl_wrong');
    await page.keyboard.press('Enter');
    await page.getByText('This service asks for an API key').waitFor();
    await page.getByLabel('API key').fill(reader.secret);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'guarded' }).click();
    await page.getByRole('button', { name: /^accuracy/ }).click();
    await page.getByRole('heading', { name: 'History of' }).waitFor();
    expect(await page.getByRole('button', { name: /Retract|Delete the run|Add tags/ }).count()).toBe(0);
    await page.getByText('live', { exact: true }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'guarded' }).waitFor();
    const other = await dashboard.open('/runs/guarded?key=accuracy');
    await other.getByText('This service asks for an API key').waitFor();
    await other.getByLabel('API key').fill(admin.secret);
    await other.keyboard.press('Enter');
    await other.getByRole('button', { name: /Retract entry/ }).waitFor();
    await other.getByRole('button', { name: 'Add tags or a note' }).click();
    await other.getByLabel('Tags, with commas between them').fill('prod, nightly');
    await other.getByRole('textbox', { name: 'Note' }).fill('the good one');
    await other.keyboard.press('Enter');
    await other.getByText('the good one').first().waitFor();
    await page.getByText('the good one').first().waitFor();
  });

  test('breaks no policy by it', ({ dashboard }) => {
    expect(dashboard.watched).toEqual({ foreign: [], problems: [] });
  });
});
