import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { launchChromium } from './browser.ts';
import { test as base } from './test.ts';

/** What a page did that it should not have. */
type Watch = { foreign: string[]; problems: string[] };

/** Notes requests to other hosts, errors of the script, and reports of the content security policy. */
function watch(context: BrowserContext, origin: string, seen: Watch): void {
  context.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(origin)) seen.foreign.push(request.url());
  });
  context.on('weberror', (thrown) => void seen.problems.push(String(thrown.error())));
  context.on('console', (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) seen.problems.push(message.text());
  });
}

export type Dashboard = {
  context: BrowserContext;
  watched: Watch;
  /** Opens an address of the page in a tab of its own, which is closed when the test is over, however that ends. */
  open(path: string, viewport?: { width: number; height: number }): Promise<Page>;
  /** Another browser, as it were: no tab of it knows of those of the other tests. */
  another(): Promise<Dashboard>;
};

async function openBrowser(browser: Browser, origin: string, watched: Watch): Promise<Dashboard> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(timeoutMs);
  watch(context, origin, watched);
  return {
    context,
    watched,
    async open(path, viewport) {
      const page = await context.newPage();
      onTestFinished(() => page.close());
      if (viewport) await page.setViewportSize(viewport);
      await page.goto(origin + path);
      return page;
    },
    async another() {
      const other = await openBrowser(browser, origin, watched);
      onTestFinished(() => other.context.close());
      return other;
    },
  };
}

/** How long a test waits for the page to show something: machines that run other things as well are slow. */
const timeoutMs = 15_000;

/** The page, as the service sends it, in Chromium. */
export const test = base.extend(
  'dashboard',
  { scope: 'file' },
  async ({ server }, { onCleanup }): Promise<Dashboard> => {
    const browser = await launchChromium();
    onCleanup(() => browser.close());
    return openBrowser(browser, server.origin, { foreign: [], problems: [] });
  },
);

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with the page as it stands: the rule, and the first of the elements. */
export async function findInaccessible(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: axe puts itself there
    const { violations } = await (globalThis as any).axe.run({ resultTypes: ['violations'] });
    return violations.map(
      // biome-ignore lint/suspicious/noExplicitAny: as axe gives them
      (one: any) => `${one.id}: ${one.nodes[0].html} ${one.nodes[0].failureSummary}`,
    );
  });
}
