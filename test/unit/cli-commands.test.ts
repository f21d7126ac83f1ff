import { describe, expect, test } from 'vitest';
import { complete } from '../../src/cli/completion/complete.ts';
import { commands } from '../../src/cli/spec/commands.ts';
import { generalHelp, helpOf } from '../../src/cli/spec/help.ts';
import { nearest } from '../../src/cli/spec/nearest.ts';
import { parse } from '../../src/cli/spec/parse.ts';
import { runsSpec } from '../../src/cli/spec/read.ts';
import { styleOf } from '../../src/cli/terminal/style.ts';

const look = { style: styleOf(false), width: 80 };
const none = async () => [];

test.for(commands.map((spec) => [spec.name, spec] as const))(
  '%s says what it does, with examples that it takes',
  ([name, spec]) => {
    const help = helpOf(spec, look);
    expect(generalHelp(look)).toContain(`  ${name} `);
    for (const option of Object.keys(spec.options)) expect(help).toContain(`--${option}`);
    expect(spec.examples.length).toBeGreaterThan(0);
    for (const [line] of spec.examples) {
      const words =
        line
          .replace(/^.*?\brunledger /, '')
          .split(/ (?:--|[|>&]+)(?: |$)/)[0]!
          .match(/'[^']*'|\S+/g) ?? [];
      expect(words[0]).toMatch(/^\S+$/);
      const own = words.slice(1).map((word) => word.replaceAll("'", '').replace(/\)"?$/, ''));
      if (words[0] === name && name !== 'keys') expect(() => parse(spec, own)).not.toThrow();
    }
  },
);

test('options that are read as others, or not at all, are refused by name', () => {
  expect(parse(runsSpec, ['-s', '-accuracy', '-n', '5', 'a>-1']).values).toEqual({ sort: '-accuracy', limit: '5' });
  expect(parse(runsSpec, ['-n', '5', '--', '--sort', '-accuracy'])).toMatchObject({
    values: { limit: '5' },
    positionals: ['--sort', '-accuracy'],
  });
  expect(() => parse(runsSpec, ['--limt', '5'])).toThrow(/^runs: Unknown option '--limt'\.?$/);
  expect(() => parse(runsSpec, ['--sort'])).toThrow(/^runs: .*--sort/);
});

test.for([
  ['rnus', 'runs'],
  ['sho', 'show'],
  ['histroy', 'history'],
  ['folow', 'follow'],
  ['frobnicate', undefined],
  ['', undefined],
] as const)('for %j a person probably means %j', ([word, meant]) => {
  expect(
    nearest(
      word,
      commands.map(({ name }) => name),
    ),
  ).toBe(meant);
});

describe('completion', () => {
  const words = async (...line: string[]) => {
    const answer = await complete(line, async (kind, prefix, run) => [
      { word: [kind, prefix, run].join(' '), help: '' },
    ]);
    return typeof answer === 'string' ? answer : answer.map(({ word }) => word);
  };

  test.for([
    [['sh'], ['show']],
    [['help', 'fo'], ['follow']],
    [['runs', '--so'], ['--sort']],
    [['runs', '--sort', 'acc'], ['keys acc ']],
    [['runs', '-s', 'acc'], ['keys acc ']],
    [['runs', 'status:'], ['filter status: ']],
    [['show', 'iris'], ['runs iris ']],
    [['show', '--json', 'iris'], ['runs iris ']],
    [['show', 'iris-1', '--step', 'tr'], ['steps tr iris-1']],
    [['get', '--run', 'iris-1', '--step', 'tr'], ['steps tr iris-1']],
    [['history', 'iris-1', 'lo'], ['keys lo iris-1']],
    [['history', 'iris-1', 'loss', 'x'], []],
    [['compare', 'a', 'b', 'c'], ['runs c a']],
    [['keys', 'cr'], ['create']],
    [
      ['keys', 'create', '--scopes', 're'],
      ['read', 'read,write'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['serve', '--data-dir', '/t'], 'files'],
    [['run', 'x', '--', 'py'], 'command'],
    [['run', 'x', '--', 'python', 'tr'], 'command'],
    [['runs', '--', ''], []],
    [['nothing', ''], []],
  ] as const)('of %j is %j', async ([line, expected]) => {
    expect(await words(...line)).toEqual(expected);
  });

  test('of nothing lists every command, and does not offer an option twice', async () => {
    const all = await complete([''], none);
    expect(all).toEqual(expect.arrayContaining(commands.map(({ name, summary }) => ({ word: name, help: summary }))));
    expect(await words('runs', '--json', '--js')).toEqual([]);
  });
});
