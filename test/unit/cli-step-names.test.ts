import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { nameOf, type StepEvent, stepsOf } from '../../src/cli/execute/step-events.ts';
import { openStepNames, removeStepNames } from '../../src/cli/execute/step-names.ts';

function folder(onTestFinished: (remove: () => void) => void): string {
  const path = mkdtempSync(`${tmpdir()}/runledger-names-`);
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const runId = '7459b3bd-9e76-451c-be21-2f8e11cfc9e9';

test('beside one that runs and after one that COMPLETED it is the next number; after one that did not, the same', ({
  onTestFinished,
}) => {
  const directory = folder(onTestFinished);
  const open = () => openStepNames(directory, runId);
  const [first, second, third] = [open(), open(), open()];
  expect([first.start('train'), second.start('train')]).toEqual(['train', 'train_2']);
  first.end('FAILED');
  second.end('COMPLETED');
  expect(third.start('train')).toBe('train');
  expect(open().start('train')).toBe('train_3');
  expect(open().start('train_2')).toBe('train_2_2');
  removeStepNames(directory, runId);
  expect(open().start('train')).toBe('train');
});

test('where there can be no file, a step has the name that was asked for', () => {
  const names = openStepNames('/dev/null/nowhere', runId);
  expect(names.start('train')).toBe('train');
  names.end('COMPLETED');
  removeStepNames('/dev/null/nowhere', runId);
});

test('nobody waits for a lock where there can be none, such as of a run that is known by a name with a slash', ({
  onTestFinished,
}) => {
  const wait = vi.spyOn(Atomics, 'wait');
  onTestFinished(() => wait.mockRestore());
  expect(openStepNames(folder(onTestFinished), 'team/nightly').start('train')).toBe('train');
  expect(wait).not.toHaveBeenCalled();
});

test('torn lines tell nothing, and a step of a dead process is one that did not complete', () => {
  const start: StepEvent = ['start', 'train', 'train', 'id-1', 'host', 1, null];
  const text = `${JSON.stringify(start)}\n["start","train","tr`;
  expect(
    nameOf(
      stepsOf(text, () => true),
      'train',
    ),
  ).toBe('train_2');
  expect(
    nameOf(
      stepsOf(text, () => false),
      'train',
    ),
  ).toBe('train');
});

test('a name that would be too long loses its end, and no two that run are the same', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }),
      fc.integer({ min: 2, max: 12 }),
      (asked, count) => {
        fc.pre(Buffer.byteLength(asked) <= 255);
        const names: string[] = [];
        let text = '';
        for (let at = 0; at < count; at++) {
          const name = nameOf(
            stepsOf(text, () => true),
            asked,
          );
          text += `${JSON.stringify(['start', asked, name, `id-${at}`, 'host', 1, null])}\n`;
          names.push(name);
        }
        expect(new Set(names).size).toBe(count);
        for (const name of names) expect(Buffer.byteLength(name.normalize('NFC'))).toBeLessThanOrEqual(255);
      },
    ),
    { numRuns: 50 },
  );
});
