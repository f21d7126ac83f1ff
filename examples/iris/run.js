// A pipeline of three steps, each in a process of its own: load and split, train, evaluate. The steps log metadata, which
// is then read back by key. Run it with `npm run example`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, pipelineRun, step, stepEnvironment } from '@runledger/client';
import { openService } from './service.js';

/** Runs the program of a step to its end. Its environment names the step. */
async function runProgram(name, folder) {
  const program = fileURLToPath(new URL(`${name}.js`, import.meta.url));
  const env = { ...process.env, ...stepEnvironment() };
  const [code] = await once(spawn(process.execPath, [program, folder], { env, stdio: 'inherit' }), 'exit');
  if (code !== 0) throw new Error(`${name}.js ended with code ${code}.`);
}

const print = (label, value) => console.log(`${label.padEnd(20)} ${value}`);

async function show(url, id) {
  const run = await createClient({ url }).pipelineRun(id);
  print('run', `${run.name} (${run.status})`);
  const evaluate = run.step('evaluate');
  print('accuracy', (await evaluate.runMetadata('accuracy')).value.toFixed(4));
  for (const [name, scores] of Object.entries((await evaluate.runMetadata('per_class')).value)) {
    const { precision, recall, f1 } = scores;
    print(`  ${name}`, `precision ${precision.toFixed(3)}  recall ${recall.toFixed(3)}  f1 ${f1.toFixed(3)}`);
  }
  for (const row of (await run.runMetadata('evaluate::confusion_matrix')).value) print('', row.join('  '));
  for (const key of ['model', 'model_size', 'split_file', 'feature_dtype', 'split_size', 'rows']) {
    const entry = await run.runMetadata(key);
    print(key, `${entry.display} (${entry.type}, ${entry.qualifiedKey})`);
  }
  print('all keys', [...(await run.metadata()).keys()].join(' '));
}

const folder = await mkdtemp(join(tmpdir(), 'runledger-iris-'));
// When root runs this, the service's Postgres runs as another user, who must be able to enter the folder.
await chmod(folder, 0o711);
let service;
try {
  service = await openService(join(folder, 'data'));
  const name = `iris-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${process.pid}`;
  const { id } = await pipelineRun({ url: service.url, name, pipeline: 'iris' }, async (run) => {
    for (const program of ['load', 'train', 'evaluate']) await step(program, () => runProgram(program, folder));
    return run;
  });
  await show(service.url, id);
} finally {
  await service?.close();
  await rm(folder, { recursive: true, force: true });
}
