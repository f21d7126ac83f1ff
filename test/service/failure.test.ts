import { expect } from 'vitest';
import { startRun, startStep } from '../support/ledger.ts';
import { test } from '../support/test.ts';

const fail = `mutation ($ref: String!, $status: ExecutionStatus!, $failure: FailureInput) {
  finishRun(ref: $ref, status: $status, failure: $failure) { status failure { type message traceback } }
}`;

test('a failure says why, and only of what failed', async ({ service }) => {
  await startRun(service, { name: 'f' });
  const failure = { type: 'ValueError', message: 'no data', traceback: 'Traceback …\nValueError: no data' };
  const error = await service.fail(fail, { ref: 'f', status: 'COMPLETED', failure });
  expect(error.extensions.code).toBe('BAD_USER_INPUT');
  expect(error.message).toContain('status is COMPLETED');
  expect(
    (await service.fail(fail, { ref: 'f', status: 'FAILED', failure: { ...failure, type: ' ' } })).message,
  ).toMatch(/^failure\.type is blank/);
  expect((await service.run(fail, { ref: 'f', status: 'FAILED', failure })).finishRun).toEqual({
    status: 'FAILED',
    failure,
  });
  // The same status again changes nothing.
  const again = await service.run(fail, { ref: 'f', status: 'FAILED', failure: { type: 'Other', message: 'x' } });
  expect(again.finishRun.failure).toEqual(failure);
  await startRun(service, { name: 'without' });
  expect((await service.run(fail, { ref: 'without', status: 'FAILED' })).finishRun.failure).toBeNull();
});

test('what is too long is cut in front, between characters, and what cannot be stored is replaced', async ({
  service,
}) => {
  await startRun(service, { name: 'long' });
  const failure = {
    type: `x${'😀'.repeat(1_000)}`,
    message: `a\u0000b\ud800${'m'.repeat(997)}`,
    traceback: `é${'é'.repeat(8_192)}`,
  };
  expect((await service.run(fail, { ref: 'long', status: 'FAILED', failure })).finishRun.failure).toEqual({
    type: '😀'.repeat(1_000),
    message: `\ufffdb\ufffd${'m'.repeat(997)}`,
    traceback: 'é'.repeat(8_192),
  });
});

test('a step has its own, and an attempt that was superseded keeps it', async ({ service }) => {
  await startRun(service, { name: 'steps' });
  const finish = `mutation ($id: UUID!, $failure: FailureInput) {
    finishStep(id: $id, status: FAILED, failure: $failure) { status failure { type message traceback } }
  }`;
  const first = await startStep(service, 'steps', 's');
  const failure = { type: 'OOM', message: 'killed', traceback: null };
  expect((await service.run(finish, { id: first.id, failure })).finishStep).toEqual({ status: 'FAILED', failure });
  const second = await startStep(service, 'steps', 's');
  await startStep(service, 'steps', 's');
  // Superseded while it ran: its end and its failure are noted.
  expect((await service.run(finish, { id: second.id, failure })).finishStep).toEqual({ status: 'RETRIED', failure });
  const { pipelineRun } = await service.run(
    '{ pipelineRun(ref: "steps") { failure { type } steps(includeRetried: true) { nodes { status failure { type } } } } }',
  );
  expect(pipelineRun).toEqual({
    failure: null,
    steps: {
      nodes: [
        { status: 'RETRIED', failure: { type: 'OOM' } },
        { status: 'RETRIED', failure: { type: 'OOM' } },
        { status: 'RUNNING', failure: null },
      ],
    },
  });
});
