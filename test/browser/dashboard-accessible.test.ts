import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { findInaccessible, test } from '../support/dashboard.ts';
import { finishStep, log, startRun, startStep } from '../support/ledger.ts';

// The pages themselves are looked at where they are tested; here is what comes over them, and what they are otherwise.

describe.skipIf(!chromiumPath)('axe has nothing against', () => {
  test.beforeAll(async ({ service }) => {
    for (const name of ['one', 'two']) {
      await startRun(service, { name });
      const step = await startStep(service, name, 'train');
      await log(service, { stepId: step.id }, { loss: name.length / 7, config: { lr: 0.1 } });
      const failure = { type: 'ValueError', message: 'no data', traceback: 'at line 1' };
      await finishStep(service, step.id, 'FAILED');
      await service.run(
        'mutation ($ref: String!, $failure: FailureInput) { finishRun(ref: $ref, status: FAILED, failure: $failure) { id } }',
        { ref: name, failure },
      );
    }
  });

  const overlays: [what: string, path: string, open: (page: Page) => Promise<void>][] = [
    ['the peek at a run that failed', '/runs?peek=one', (page) => page.getByText('no data').waitFor()],
    [
      'the shortcuts',
      '/runs',
      async (page) => {
        await page.keyboard.press('?');
        await page.getByRole('dialog', { name: 'Shortcuts' }).waitFor();
      },
    ],
    [
      'the palette',
      '/runs',
      async (page) => {
        await page.keyboard.press('Control+k');
        await page.getByRole('option', { name: 'Choose columns' }).waitFor();
      },
    ],
    [
      'the columns',
      '/runs',
      async (page) => {
        await page.keyboard.press('e');
        await page.getByRole('dialog', { name: 'Columns' }).getByText('config').first().waitFor();
      },
    ],
    [
      'the menu of a cell',
      '/runs?cols=loss',
      async (page) => {
        await page.locator('#cell-0-1').click();
        await page.getByRole('button', { name: '= this', exact: true }).waitFor();
      },
    ],
    [
      'a filter with suggestions',
      '/runs',
      async (page) => {
        await page.keyboard.press('/');
        await page.keyboard.type('lo');
        await page.getByRole('option', { name: /^loss/ }).waitFor();
      },
    ],
    [
      'a filter that nothing passes, and one that is wrong',
      '/runs?q=loss>9 status:failed',
      async (page) => {
        await page.getByRole('heading', { name: 'No run passes this filter' }).waitFor();
        await page.locator('#filter').fill('loss>');
        await page.locator('#filter-error').waitFor();
      },
    ],
    [
      'the dialog that takes an entry back',
      '/runs/one?key=train::loss',
      async (page) => {
        await page.getByRole('button', { name: /Retract entry/ }).click();
        await page.getByLabel('Why?').waitFor();
      },
    ],
    ['a run as JSON', '/runs/one?tab=json', (page) => page.getByText('"train::loss"').waitFor()],
    [
      'a run that is not there',
      '/runs/nobody',
      (page) => page.getByText('There is no run', { exact: false }).first().waitFor(),
    ],
  ];
  test.for(overlays)('%s, in both themes', async ([, path, open], { dashboard }) => {
    const page = await dashboard.open(path);
    if (path.startsWith('/runs?') || path === '/runs') await page.locator('#cell-0-0, h1').first().waitFor();
    if (path === '/runs' || path.includes('cols')) await page.locator('#cell-0-0').waitFor();
    await open(page);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await findInaccessible(page), colorScheme).toEqual([]);
    }
  });

  test('anything of it that broke the policy', ({ dashboard, service }) => {
    expect(dashboard.watched).toEqual({ foreign: [], problems: [] });
    expect(service.unexpected).toEqual([]);
  });
});
