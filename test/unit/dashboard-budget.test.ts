import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { weigh } from '../../scripts/dashboard-budget.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runledger-budget-'));
  mkdirSync(join(folder, 'assets'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A built page of such files: their names, and how many kB they have when they are sent. */
function build(first: Record<string, number>, later: Record<string, number>): void {
  for (const [name, kB] of Object.entries({ ...first, ...later })) {
    writeFileSync(join(folder, 'assets', name), 'not weighed');
    writeFileSync(join(folder, 'assets', `${name}.gz`), randomBytes(kB * 1_000));
  }
  const links = Object.keys(first).map((name) => `<link href="/assets/${name}">`);
  writeFileSync(join(folder, 'index.html'), links.join(''));
}

test('a page within its budget is let pass', () => {
  build({ 'index-a.js': 100, 'react-b.js': 30, 'index-c.css': 8 }, { 'curves-d.js': 35, 'run-e.js': 10 });
  expect(weigh(folder)).toEqual([]);
});

test('what is too heavy is named, with what it weighs', () => {
  build({ 'index-a.js': 101, 'react-b.js': 30, 'index-c.css': 9 }, { 'curves-d.js': 36, 'run-e.js': 10 });
  expect(weigh(folder)).toEqual([
    'scripts of the first load: 131.0 kB gzipped, 130 at most',
    'styles of the first load: 9.0 kB gzipped, 8 at most',
    'curves-d.js: 36.0 kB gzipped, 35 at most',
  ]);
});
