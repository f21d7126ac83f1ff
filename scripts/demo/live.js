// Runs that happen while one looks.
import { randomUUID } from 'node:crypto';
import { normal, round } from './random.js';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** One run as it happens: three steps, a curve in the second, and now and then a step that has to be tried again. */
export async function liveRun(
  send,
  { points = 120, everyMs = 400, name = `live-${new Date().toISOString().slice(11, 19)}` } = {},
) {
  const { startRun } = await send('mutation ($input: StartRunInput!) { startRun(input: $input) { id } }', {
    input: { id: randomUUID(), name, pipeline: 'live' },
  });
  const run = startRun.id;
  const log = (target, entries) =>
    send('mutation ($input: LogMetadataInput!) { logMetadata(input: $input) { replayed } }', {
      input: { target, entries },
    });
  const step = async (stepName, work) => {
    const { startStep } = await send('mutation ($input: StartStepInput!) { startStep(input: $input) { id } }', {
      input: { run, name: stepName },
    });
    await work({ stepId: startStep.id });
    await send('mutation ($id: UUID!) { finishStep(id: $id) { id } }', { id: startStep.id });
  };
  await log({ run }, [{ key: 'config', value: { lr: 0.01, layers: [64, 32] } }]);
  await step('load', async (target) => {
    await pause(everyMs * 4);
    await log(target, [{ key: 'rows', value: 150 }]);
  });
  await step('train', async (target) => {
    for (let epoch = 1; epoch <= points; epoch++) {
      const loss = round(0.2 + 1.6 * Math.exp((-4 * epoch) / points) + normal(Math.random, 0, 0.02), 5);
      await log(target, [
        { key: 'loss', value: loss, type: 'FLOAT', iteration: epoch },
        { key: 'accuracy', value: round(0.97 - loss * 0.25, 4), type: 'FLOAT', iteration: epoch },
      ]);
      await pause(everyMs);
    }
  });
  await step('evaluate', async (target) => {
    await pause(everyMs * 5);
    await log(target, [{ key: 'f1', value: 0.93, type: 'FLOAT' }]);
  });
  await send('mutation ($ref: String!) { finishRun(ref: $ref) { id } }', { ref: run });
}

/** Two runs at a time, for ever. */
export async function goLive(send) {
  console.log('Live runs go on until this is stopped (Ctrl+C).');
  const lane = async (index) => {
    await pause(index * 9_000);
    for (;;) await liveRun(send);
  };
  await Promise.all([lane(0), lane(1)]);
}
