// The steps without a service: what they say is recorded in memory. `npm test` in this folder.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { record } from '@runledger/client/testing';
import { fitLine } from './pipeline.ts';

test('each rate is a step of its own, and the best is chosen', async () => {
  const { run, steps } = await record(() => fitLine([0.01, 0.2]));
  assert.equal(run.status, 'COMPLETED');
  assert.deepEqual(Object.keys(steps), ['load', 'train', 'train_2', 'choose']);
  assert.equal(steps['train_2']?.history('loss').length, 100);
  assert.equal(steps['train_2']?.metadata['rate'], 0.2);
  assert.ok(Number(steps['train_2']?.metadata['loss']) < Number(steps['train']?.metadata['loss']));
});
