import { parseJson } from '@runledger/client/json';
import { expect } from 'vitest';
import { widthOf } from '../../src/cli/terminal/text.ts';
import { testCommands } from '../support/test-commands.ts';
import { until } from '../support/until.ts';

const runs = [
  {
    name: 'iris-1',
    status: 'COMPLETED',
    entries: '{ accuracy: 0.9, seed: 9007199254740993, config: { lr: 0.1, depth: 4 } }',
  },
  {
    name: 'iris-2',
    status: 'COMPLETED',
    entries: '{ accuracy: 0.95, seed: 2, config: { lr: 0.01, depth: 4 }, note: "a,\\"b\\"" }',
  },
  { name: 'iris-3', status: 'FAILED', entries: '{ accuracy: 0.5, note: "\\u001b[31mred" }' },
];

const fill = runs
  .map(
    ({ name, status, entries }, at) => `
  s${at}: startRun(input: { name: "${name}", pipeline: "iris", startedAt: "2026-11-0${at + 1}T10:00:00Z" }) { id }
  t${at}: startStep(input: { run: "${name}", name: "train", startedAt: "2026-11-0${at + 1}T10:00:01Z" }) { id }
  l${at}: logMetadata(input: { target: { run: "${name}" }, metadata: ${entries} }) { replayed }
  m${at}: logMetadata(input: { target: { step: { run: "${name}", name: "train" } }, entries: [${[3, 2, 1]
    .map((loss, iteration) => `{ key: "loss", value: ${loss}.5, iteration: ${iteration} }`)
    .join(', ')}] }) { replayed }
  f${at}: finishRun(ref: "${name}", status: ${status}, endedAt: "2026-11-0${at + 1}T10:02:30Z"${
    status === 'FAILED' ? ', failure: { type: "ValueError", message: "no data", traceback: "line 1\\nline 2" }' : ''
  }) { id }`,
  )
  .join('\n');

const test = testCommands
  .extend('filled', { scope: 'file' }, async ({ service }) => {
    const body = JSON.stringify({ query: `mutation { ${fill} }` });
    const headers = { 'content-type': 'application/json' };
    expect(await (await fetch(service.url, { method: 'POST', headers, body })).json()).not.toHaveProperty('errors');
    return service;
  })
  .extend(
    'runledger',
    ({ sh, filled: _filled }) =>
      (line: string) =>
        sh(`runledger ${line}`),
  )
  // In a terminal of so many columns, as people see it.
  .extend('terminal', ({ sh, filled: _filled }) => async (columns: number, line: string) => {
    const { stdout } = await sh(`script -qec 'stty cols ${columns}; ${line}' /dev/null`, { TERM: 'xterm' });
    return stdout.replaceAll('\r\n', '\n');
  });

const plain = (text: string) => text.replaceAll(/\u001b\[[\d;?]*[A-Za-z]/g, '');

test('runs takes the filters, columns and orders of the page', async ({ runledger }) => {
  expect(
    await runledger(
      "runs 'pipeline:iris accuracy>0.8' --sort -accuracy -c 'state,took,accuracy,config[\"lr\"],train::loss'",
    ),
  ).toEqual({
    code: 0,
    stderr: '',
    stdout: [
      'RUN     STATE        TOOK  accuracy  config › lr  train::loss',
      'iris-2  ✓ completed  2:30      0.95         0.01          1.5',
      'iris-1  ✓ completed  2:30      0.9          0.1           1.5',
      '',
    ].join('\n'),
  });
  expect((await runledger('runs status:failed -c started')).stdout).toMatch(/^RUN +STARTED\niris-3 /);
  expect((await runledger('runs name:iris* -n 1 --sort started -c pipeline')).stdout).toBe(
    'RUN     PIPELINE\niris-1  iris\n',
  );
  expect(await runledger('runs pipeline:nothing')).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('JSON and CSV have every digit, and CSV is no formula', async ({ runledger }) => {
  const { stdout } = await runledger("runs pipeline:iris --sort name -c 'seed,accuracy,note' --json");
  expect(parseJson(stdout)).toMatchObject([
    { name: 'iris-1', status: 'COMPLETED', failure: null, metadata: { seed: 9007199254740993n } },
    { name: 'iris-2', metadata: { seed: 2, note: 'a,"b"' } },
    { name: 'iris-3', failure: { type: 'ValueError' }, metadata: { note: '\u001b[31mred' } },
  ]);
  const csv = await runledger("runs pipeline:iris --sort name -n 2 -c 'took,seed,note' --csv");
  expect(csv.stdout.replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, 'ID')).toBe(
    'run,id,took (s),seed,note\r\niris-1,ID,150,9007199254740993,\r\niris-2,ID,150,2,"a,""b"""\r\n',
  );
  expect((await runledger('runs pipeline:nothing --json')).stdout).toBe('[]\n');
});

test('show has the run, its steps and all that was logged, and what was logged cannot colour it', async ({
  runledger,
  filled,
}) => {
  const { stdout } = await runledger('show iris-3');
  expect(stdout).toContain('iris-3  ✗ failed\npipeline iris · started 2026-11-03');
  expect(stdout).toContain(filled.url.replace('/graphql', '/runs/iris-3'));
  expect(stdout).toContain('ValueError: no data\nline 1\nline 2');
  expect(stdout).toMatch(/^train +● running/m);
  expect(stdout).toMatch(/^note +\\u001b\[31mred +string/m);
  expect(stdout).toMatch(/^train::loss +1\.5 +float +#2 /m);
  const json = parseJson((await runledger('show iris-1 --json --keys seed,loss')).stdout);
  expect(json).toMatchObject({
    name: 'iris-1',
    steps: [{ name: 'train' }],
    metadata: { seed: { value: 9007199254740993n } },
  });
  const step = (await runledger('show iris-1 --step train')).stdout;
  expect(step).toMatch(/^train::loss/m);
  expect(step).not.toMatch(/^seed/m);
});

test('show finds a step behind hundreds of attempts', { timeout: 90_000 }, async ({ runledger, filled }) => {
  const mutate = async (fields: string) => {
    const body = JSON.stringify({ query: `mutation { ${fields} }` });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(filled.url, { method: 'POST', headers, body });
    expect(await response.json()).not.toHaveProperty('errors');
  };
  const start = (name: string, at: number) => `s${at}: startStep(input: { run: "long", name: "${name}" }) { id }`;
  await mutate('startRun(input: { name: "long", pipeline: "long" }) { id }');
  for (let page = 0; page < 9; page += 1)
    await mutate(Array.from({ length: 50 }, (_, at) => start('again', at)).join());
  await mutate(`${start('last', 0)} logMetadata(input: {
    target: { step: { run: "long", name: "last" } }, metadata: { loss: 0.5 } }) { replayed }`);
  const last = await runledger('show long --step last');
  expect(last).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^last +● running/m) });
  expect(last.stdout).toMatch(/^last::loss +0\.5/m);
  const again = parseJson((await runledger('show long --step again --json')).stdout) as {
    steps: { attempt: number }[];
  };
  expect(again.steps.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 450 }, (_, at) => at + 1));
  expect(await runledger('show long --step none')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no step "none" in run "long".'),
  });
  expect((await runledger('show long')).stdout).toContain('… and 251 more steps');
});

test('history lists all values, newest first, and says where nothing is', async ({ runledger }) => {
  const { stdout } = await runledger('history iris-1 loss --csv');
  expect(stdout.split('\r\n').map((line) => line.split(',').slice(1, 5).join(' '))).toEqual([
    'iteration value type step',
    '2 1.5 FLOAT train',
    '1 2.5 FLOAT train',
    '0 3.5 FLOAT train',
    '',
  ]);
  expect((await runledger('history iris-1 train::loss -n 1')).stdout).toMatch(/^LOGGED .*\n.* 2 +1\.5 +train/);
  expect(await runledger('history iris-1 nothing')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('nothing is logged under "nothing"'),
  });
});

test('compare shows what differs, dicts taken apart, and how far', async ({ runledger }) => {
  const { stdout } = await runledger('compare iris-1 iris-2');
  const lines = stdout.split('\n').map((line) => line.split(/ {2,}/));
  expect(lines.slice(0, 2)).toEqual([
    ['KEY', 'iris-1', 'iris-2'],
    ['', '✓ completed', '✓ completed'],
  ]);
  expect(lines).toContainEqual(['accuracy', '0.9', '0.95', '+0.05']);
  expect(lines).toContainEqual(['config › lr', '0.1', '0.01', '÷10']);
  expect(lines).toContainEqual(['note', '–', 'a,"b"']);
  expect(stdout).not.toContain('depth');
  expect((await runledger('compare iris-1 iris-2 --all')).stdout).toMatch(/^config › depth +4 +4$/m);
  const json = parseJson((await runledger('compare iris-1 iris-2 --keys seed --json')).stdout);
  expect(json).toEqual([
    { key: 'seed', path: [], differs: true, values: { 'iris-1': 9007199254740993n, 'iris-2': 2 } },
  ]);
  expect((await runledger('compare iris-1 iris-2 --keys seed --csv')).stdout).toBe(
    'key,iris-1,iris-2\r\nseed,9007199254740993,2\r\n',
  );
});

test('follow prints what a run logs until it ends, steps too, and tells how it ended', async ({ sh, runledger }) => {
  const body = 'for i in 1 2 3; do runledger step fit -- runledger log loss=0.$i --iteration $i; done; exit 1';
  const seen = await sh(
    `
    runledger run followed -- sh -c 'until [ -e "$GO" ]; do sleep 0.05; done; ${body}' &
    until runledger show followed >/dev/null 2>&1; do sleep 0.05; done
    { sleep 1; touch "$GO"; } &
    runledger follow followed --exit-status; echo "code $?"; wait`,
    { GO: `/tmp/runledger-go-${process.pid}-${Date.now()}` },
  );
  expect(seen.stdout).toMatch(/run followed +● running/);
  for (const [step, loss] of [
    ['fit', '0.1'],
    ['fit_2', '0.2'],
    ['fit_3', '0.3'],
  ])
    expect(seen.stdout).toMatch(new RegExp(`${step}::loss +${loss} #`));
  expect(seen.stdout).toMatch(/step fit_3 +✓ completed after/);
  expect(seen.stdout).toMatch(/run followed +✗ failed after [\s\S]*CommandFailed[\s\S]*code 1\n$/);
  const again = await runledger('follow iris-1 --exit-status');
  expect(again).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\S+ +run iris-1 +✓ completed after 2:30\n$/),
  });
});

test('follow cuts a value where the line ends, behind a key of wide letters, too', async ({ sh }) => {
  const key = '鍵'.repeat(20);
  const { stdout } = await sh(
    `
    runledger run wide -- sh -c 'until [ -e "$GO" ]; do sleep 0.05; done; runledger log ${key}=${'x'.repeat(99)}' &
    until runledger show wide >/dev/null 2>&1; do sleep 0.05; done
    { sleep 1; touch "$GO"; } &
    COLUMNS=80 runledger follow wide; wait`,
    { GO: `/tmp/runledger-wide-${process.pid}-${Date.now()}` },
  );
  const line = stdout.split('\n').find((text) => text.includes(key)) ?? '';
  expect(line).toMatch(/ x+…$/);
  expect(widthOf(line)).toBeLessThanOrEqual(80);
});

test('on a terminal tables fit and have colours; in a pipe they have neither', async ({ terminal, runledger }) => {
  for (const columns of [40, 60, 100]) {
    const shown = await terminal(columns, 'runledger runs pipeline:iris -c state,started,took,accuracy,seed,note');
    expect(shown).toContain('\u001b[');
    for (const line of plain(shown)
      .split('\n')
      .filter((text) => /^(RUN|iris)/.test(text)))
      expect(line.length).toBeLessThanOrEqual(columns);
    expect(plain(shown)).toContain('3 of 3 runs');
  }
  expect(plain(await terminal(100, 'runledger runs pipeline:iris'))).toMatch(/^RUN .* accuracy .* loss/m);
  expect(plain(await terminal(44, 'runledger runs pipeline:iris'))).toContain('no room for');
  expect(await terminal(60, 'NO_COLOR=1 runledger show iris-1')).not.toContain('\u001b[');
  expect((await runledger('show iris-1')).stdout).not.toContain('\u001b');
  expect(plain(await terminal(100, 'runledger history iris-1 loss'))).toMatch(/^█.*▁ {2}1\.5 … 3\.5$/m);
});

test('on a terminal runs says how many there are beyond the limit, or that there is none', async ({ terminal }) => {
  expect(plain(await terminal(100, 'runledger runs pipeline:iris -n 2'))).toContain(
    '2 of 3 runs · more: --limit N, or all',
  );
  expect(plain(await terminal(100, 'runledger runs pipeline:none'))).toBe('No run passes.\n');
});

test.for([
  ["runs 'accuracy>'", 'accuracy>\n  ^'],
  ["runs --sort 'a b'", 'a b\n    ^'],
  ['runs --sort state', '--sort takes one of'],
  ["runs -c 'a,,b'", 'a,,b\n    ^'],
  ['runs -n 0', '--limit must be a number above 0, or all'],
  ['runs --json --csv', 'Give one of --json and --csv'],
  ['show', 'give one RUN'],
  ['history iris-1', 'give a RUN and a KEY'],
  ['compare iris-1', 'give 2 to 100 runs'],
  ['follow a b', 'give one RUN'],
  ["show iris-1 --keys ','", '--keys takes keys'],
  ['completion tcsh', 'one of bash, zsh and fish'],
  ['histroy', 'Did you mean history?'],
] as const)('%s is a wrong command line, which is shown where', async ([line, message], { runledger }) => {
  const { code, stdout, stderr } = await runledger(line);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/\nSee runledger (help \w+|--help)\.\n$/);
});

test('a run that is not there, or is several, and a service that is not there end with 1', async ({ runledger }) => {
  expect(await runledger('show nothing')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('"nothing"'),
  });
  expect(await runledger('show iris')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('several runs: iris-1'),
  });
  expect(await runledger('show iris-1 --step no')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('step "no"'),
  });
  const away = await runledger('runs --url http://127.0.0.1:9999 --timeout 0.5');
  expect(away).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('http://127.0.0.1:9999/graphql') });
});

test('the shells complete commands, runs and words of filters', async ({ sh, filled: _filled }) => {
  // Whoever presses a key does not wait for long: on a machine that is busy the first answers may be empty.
  const offers = (line: string, expected: string | RegExp) =>
    until(
      `${line} is completed`,
      async () => {
        const { stdout } = await sh(`runledger __complete ${line}`);
        return typeof expected === 'string' ? stdout === expected : expected.test(stdout);
      },
      60_000,
    );
  await offers('sh', 'show\tshow a run, its steps, and the latest of all that was logged\n');
  await offers('run x -- py', ':command\n');
  await offers('runs status:failed,ru', 'status:failed,running\t\n');
  await offers('show iris-', /^iris-3\tiris, failed$/m);
  await offers('show iris-1 --step tr', 'train\trunning\n');
  await offers('history iris-1 acc', 'accuracy\tfloat\n');
  await offers('runs -c accuracy,se', 'accuracy,seed\tint\n');
  await offers('runs pipeline:ir', /^pipeline:iris\t3 runs$/m);
  await offers('runs acc', 'accuracy\tfloat\n');
  const bash = `source <(runledger completion bash)
    COMP_WORDS=(runledger foll); COMP_CWORD=1; _runledger; echo "\${COMPREPLY[@]}"
    COMP_WORDS=(runledger show iris-1); COMP_CWORD=2; _runledger; echo "\${COMPREPLY[@]}"`;
  await until('bash completes', async () => (await sh(bash)).stdout === 'follow\niris-1\n', 60_000);
});
