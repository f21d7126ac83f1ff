import { fileURLToPath } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** For tests that talk to a real Postgres: one for the whole run, whichever of these projects are part of it. */
const withPostgres = { globalSetup: ['test/support/global-setup.ts'], hookTimeout: 60_000 };

export default defineConfig({
  resolve: {
    // Vitest would load graphql once as ESM and once as CommonJS, and each refuses the other's types.
    // The client is tested from its source, by whichever name it is imported, and loaded once.
    alias: [
      { find: /^graphql$/, replacement: 'graphql/index.js' },
      { find: /^@runledger\/client$/, replacement: sourceOfClient('index') },
      { find: /^@runledger\/client\/json$/, replacement: sourceOfClient('json/index') },
      { find: /^@runledger\/client\/testing$/, replacement: sourceOfClient('testing/index') },
      { find: /^@runledger\/client\/internal\/(.*)$/, replacement: sourceOfClient('$1') },
    ],
  },
  test: {
    testTimeout: 30_000,
    projects: [
      // No database, and nothing to set up: these run where no Postgres is.
      project('unit'),
      project('service', withPostgres),
      // A browser on a busy machine takes its time; what it shows in the end is what is looked at.
      project('browser', { ...withPostgres, testTimeout: 90_000, expect: { poll: { timeout: 15_000 } } }),
      // What npm would publish, installed into empty folders.
      project('packages', { ...withPostgres, hookTimeout: 120_000, testTimeout: 300_000 }),
      // A fault has to happen, to be noticed and to be got over.
      project('faults', { ...withPostgres, testTimeout: 120_000 }),
    ],
  },
});

/** The tests of one folder of test/, with the settings of all. */
function project(name: string, options: Partial<NonNullable<ViteUserConfig['test']>> = {}) {
  return { extends: true as const, test: { name, include: [`test/${name}/**/*.test.ts`], ...options } };
}

function sourceOfClient(name: string): string {
  return fileURLToPath(new URL(`clients/typescript/src/${name}.ts`, import.meta.url));
}
