import type { Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { chromiumPath } from '../support/browser.ts';
import { test } from '../support/dashboard.ts';
import { finishStep, log, startRun, startStep } from '../support/ledger.ts';

// Not one of these journeys touches the mouse.

describe.skipIf(!chromiumPath)('by keyboard alone one can', () => {
  test.beforeAll(async ({ service }) => {
    for (const name of ['first', 'second', 'third']) {
      const run = await startRun(service, { name });
      await log(service, { run: run.id }, { config: { lr: name.length } });
      const step = await startStep(service, run.id, 'train');
      const entries = Array.from({ length: 20 }, (_, at) => ({
        key: 'loss',
        value: name.length / (at + 1),
        type: 'FLOAT',
        iteration: at + 1,
      }));
      await log(service, { stepId: step.id }, { seed: 9007199254740993n }, { entries });
      await finishStep(service, step.id);
    }
  });

  /** Waits until a text is copied by what is done now. */
  const copies = async (page: Page, text: string, act: () => Promise<void>): Promise<void> => {
    await page.evaluate('navigator.clipboard.writeText("")');
    await act();
    // What a cell holds to the last digit is asked for first.
    await expect.poll(() => page.evaluate('navigator.clipboard.readText()')).toBe(text);
  };

  test.beforeAll(async ({ dashboard, server }) => {
    await dashboard.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.origin });
  });

  test('peek at one run after another, and open one', async ({ dashboard }) => {
    const page = await dashboard.open('/runs');
    await page.locator('#cell-0-0').waitFor();
    await page.keyboard.press('Space');
    const peek = page.getByRole('complementary');
    await peek.getByRole('heading', { name: 'third' }).waitFor();
    await page.keyboard.press('j');
    await peek.getByRole('heading', { name: 'second' }).waitFor();
    await peek.getByText(/last change: train::(seed|loss)/).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => peek.count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'second' }).waitFor();
  });

  test('walk through the runs of the table, and through the values of a run', async ({ dashboard }) => {
    const page = await dashboard.open('/runs?sort=name');
    await page.locator('#cell-0-0').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'first' }).waitFor();
    await page.keyboard.press(']');
    await page.getByRole('heading', { name: 'second' }).waitFor();
    await page.keyboard.press('[');
    await page.getByRole('heading', { name: 'first' }).waitFor();
    await page.getByRole('button', { name: /^seed/ }).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: 'History of config' }).waitFor();
    await copies(page, '{"lr":5}', () => page.keyboard.press('y'));
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: 'History of train::loss' }).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('heading', { name: 'History of train::seed' }).waitFor();
    await copies(page, '9007199254740993', () => page.keyboard.press('y'));
    await page.keyboard.press('k');
    await page.getByRole('heading', { name: 'History of train::loss' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('#cell-0-0').waitFor();
    expect(new URL(page.url()).search).toBe('?sort=name');
  });

  test('ask a cell what it holds, filter by it, and copy it', async ({ dashboard }) => {
    const page = await dashboard.open('/runs?sort=name&cols=state,seed,config["lr"]');
    await page.getByText('9007199254740993').first().waitFor();
    await page.locator('#runs').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await copies(page, '9007199254740993', () => page.keyboard.press('y'));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('f');
    const menu = page.getByRole('dialog', { name: 'config of first' });
    await menu.getByRole('button', { name: '≠ this' }).press('Enter');
    await expect.poll(() => page.locator('[role=row] a').allInnerTexts()).toEqual(['second']);
    expect(new URL(page.url()).searchParams.get('q')).toBe('config["lr"]!=5');
    await page.keyboard.press('h');
    await page.getByRole('heading', { name: 'History of config' }).waitFor();
  });

  test('take an entry back, and tag a run', async ({ dashboard, service }) => {
    const page = await dashboard.open('/runs/third?key=train::seed');
    await page.getByRole('button', { name: /Retract entry/ }).press('Enter');
    await page.getByLabel('Why?').waitFor();
    await page.keyboard.type('a copy of another');
    await page.keyboard.press('Enter');
    await page.getByText('“a copy of another”').waitFor();
    // The history has it before the whole run has; until then the dialog takes the keys.
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Add tags or a note' }).press('Enter');
    await page.getByLabel('Tags, with commas between them').press('Control+a');
    await page.keyboard.type('good, kept');
    await page.keyboard.press('Enter');
    await page.getByText('kept', { exact: true }).waitFor();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    // The keyboard goes on where it was.
    await expect.poll(() => page.locator(':focus').allInnerTexts()).toEqual(['Edit']);
    const query =
      '{ pipelineRun(ref: "third") { tags: runMetadata(key: "tags") { value type } seed: runMetadata(key: "seed") { id } } }';
    expect((await service.run(query)).pipelineRun).toEqual({
      tags: { value: ['good', 'kept'], type: 'SET' },
      seed: null,
    });
  });

  test('select a range, draw its curves, and compare what is drawn', async ({ dashboard }) => {
    const page = await dashboard.open('/runs?sort=name');
    await page.locator('#cell-2-0').waitFor();
    await page.keyboard.press('x');
    await page.keyboard.press('End');
    await page.keyboard.press('Shift+X');
    await page.getByText('3 selected').waitFor();
    await page.keyboard.press('p');
    await page.getByRole('heading', { name: 'train::loss' }).waitFor();
    await page.getByText('all 60 logged points').waitFor();
    await page.getByRole('slider').press('ArrowRight');
    await expect.poll(() => new URL(page.url()).searchParams.get('ema')).toBe('0.01');
    await page.getByLabel('log', { exact: true }).press('Space');
    await expect.poll(() => new URL(page.url()).searchParams.get('log')).toBe('y');
    await page.keyboard.press('Escape');
    await page.locator('#cell-0-0').waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'train::loss' }).waitFor();
    await page.locator('body').press('c');
    await page.getByRole('columnheader', { name: /third/ }).waitFor();
    const order = () => page.getByRole('columnheader').getByRole('link').allInnerTexts();
    await page.getByRole('button', { name: /^Move first/ }).press('ArrowRight');
    await expect.poll(order).toEqual(['second', 'first', 'third']);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => new URL(page.url()).searchParams.get('runs')).toBe('second,third,first');
    await page.getByRole('button', { name: 'Make third the base' }).press('Enter');
    await expect.poll(() => new URL(page.url()).searchParams.get('base')).toBe('third');
    await page.getByRole('button', { name: 'Take second out' }).press('Enter');
    await expect.poll(() => new URL(page.url()).searchParams.get('runs')).toBe('third,first');
  });

  test('draw the curves of the first runs, where none is selected', async ({ dashboard }) => {
    const page = await dashboard.open('/runs?sort=name');
    await page.locator('#cell-2-0').waitFor();
    await page.keyboard.press('p');
    await page.getByRole('heading', { name: 'Curves' }).waitFor();
    expect(new URL(page.url()).searchParams.get('runs')).toBe('first,second,third');
  });

  test('move runs, and take them out, faster than they are compared', async ({ dashboard }) => {
    const page = await dashboard.open('/compare?runs=first,second,third');
    await page.getByRole('columnheader', { name: /third/ }).waitFor();
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/graphql', async (route) => {
      if (/query Compare/.test(route.request().postData() ?? '')) await held;
      await route.continue();
    });
    const runs = () => new URL(page.url()).searchParams.get('runs');
    const grip = page.getByRole('button', { name: /^Move first/ });
    await grip.press('ArrowRight');
    await expect.poll(runs).toBe('second,first,third');
    await grip.press('ArrowRight');
    await expect.poll(runs).toBe('second,third,first');
    // It stands at the end.
    await grip.press('ArrowRight');
    await page.getByRole('button', { name: 'Take second out' }).press('Enter');
    await expect.poll(runs).toBe('third,first');
    await page.getByRole('button', { name: 'Take third out' }).press('Enter');
    await expect.poll(runs).toBe('first');
    answer();
    await expect.poll(() => page.getByRole('columnheader').getByRole('link').allInnerTexts()).toEqual(['first']);
  });

  test('see all keys, and switch those of a single key off', async ({ dashboard }) => {
    const page = await dashboard.open('/runs');
    await page.locator('#cell-0-0').waitFor();
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Shortcuts' });
    await dialog.getByText('copy this cell, exactly').waitFor();
    await dialog.getByRole('checkbox').press('Space');
    await page.keyboard.press('Escape');
    await page.keyboard.press('e');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Commands' }).waitFor();
    expect(await page.getByRole('dialog', { name: 'Columns' }).count()).toBe(0);
    await page.keyboard.type('shortcuts');
    await page.keyboard.press('Enter');
    await dialog.getByRole('checkbox').press('Space');
    await page.keyboard.press('Escape');
    await page.keyboard.press('e');
    await page.getByRole('dialog', { name: 'Columns' }).waitFor();
  });

  test('do by its name what the page offers', async ({ dashboard }) => {
    const page = await dashboard.open('/runs?sort=name');
    await page.locator('#cell-0-0').waitFor();
    const command = async (text: string) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog', { name: 'Commands' }).waitFor();
      await page.keyboard.type(text);
      await page.getByRole('option', { name: text }).waitFor();
      await page.keyboard.press('Enter');
    };
    const [download] = await Promise.all([page.waitForEvent('download'), command('as csv')]);
    expect(download.suggestedFilename()).toBe('runs.csv');
    await command('choose columns');
    await page.getByRole('dialog', { name: 'Columns' }).waitFor();
    await page.keyboard.press('Escape');
    await command('second');
    await page.getByRole('heading', { name: 'second' }).waitFor();
    await command('in graphiql');
    // It takes its time to start, which is not looked at here.
    await page.waitForURL(/\/graphql\?/, { waitUntil: 'commit' });
    expect(new URL(page.url()).searchParams.get('query')).toContain('query RunDetail');
  });

  test('choose a theme, and how dense the rows are; both stay', async ({ dashboard }) => {
    const browser = await dashboard.another();
    const page = await browser.open('/runs');
    await page.locator('#cell-0-0').waitFor();
    const ground = () => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(ground).toBe('rgb(20, 22, 26)');
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(ground).toBe('rgb(255, 255, 255)');
    await page.keyboard.press('t');
    await page.keyboard.press('t');
    await expect.poll(ground).toBe('rgb(20, 22, 26)');
    await page.keyboard.press('d');
    const height = async () => (await page.locator('[role=row]').nth(1).boundingBox())!.height;
    await expect.poll(height).toBe(36);
    await page.reload();
    await page.locator('#cell-0-0').waitFor();
    await expect.poll(height).toBe(36);
    await expect.poll(ground).toBe('rgb(20, 22, 26)');
  });

  test('do it all without an error', ({ dashboard, service }) => {
    expect(dashboard.watched).toEqual({ foreign: [], problems: [] });
    expect(service.unexpected).toEqual([]);
  });
});
