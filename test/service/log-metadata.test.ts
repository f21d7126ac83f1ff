import { describe, expect } from 'vitest';
import { test } from '../support/test.ts';

describe('the journey of a newcomer', () => {
  test('start, log, read the latest and the history', async ({ service }) => {
    await service.run(
      `mutation { startRun(input: { name: "first" }) { id } startStep(input: { run: "first", name: "train" }) { id } }`,
    );
    const log = (accuracy: number) =>
      service.run(
        `mutation ($m: JSONObject) { logMetadata(input: { target: { step: { run: "first", name: "train" } }, metadata: $m }) { entries { qualifiedKey } replayed } }`,
        { m: { accuracy } },
      );
    expect(await log(0.5)).toEqual({
      logMetadata: { entries: [{ qualifiedKey: 'train::accuracy' }], replayed: false },
    });
    await log(0.75);
    const read = await service.run(
      `{ pipelineRun(ref: "first") { runMetadata(key: "accuracy") { value } metadataHistory(key: "accuracy") { totalCount nodes { value } } } }`,
    );
    expect(read.pipelineRun).toEqual({
      runMetadata: { value: 0.75 },
      metadataHistory: { totalCount: 2, nodes: [{ value: 0.75 }, { value: 0.5 }] },
    });
  });
});
