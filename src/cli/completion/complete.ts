import { type CommandSpec, type Completion, optionNamed } from '../spec/command-spec.ts';
import { commands } from '../spec/commands.ts';

/** What a word can become, and what that means. */
export interface Candidate {
  readonly word: string;
  readonly help: string;
}

/** What the shell completes by itself. */
export type Answer = readonly Candidate[] | 'files' | 'command';

/** What must be asked of the service: names of some kind, of the run that the line names where it is about steps. */
export type Ask = (
  kind: Exclude<Completion, readonly string[] | 'files'>,
  prefix: string,
  run?: string,
) => Promise<readonly Candidate[]>;

function beginning(candidates: readonly Candidate[], word: string): Candidate[] {
  return candidates.filter((candidate) => candidate.word.startsWith(word));
}

function listOptions({ options }: CommandSpec, before: readonly string[]): Candidate[] {
  const named = Object.entries(options)
    .filter(([name, { multiple }]) => multiple || !before.includes(`--${name}`))
    .map(([name, { help }]) => ({ word: `--${name}`, help }));
  return [...named, { word: '--help', help: 'what it does, with examples' }];
}

/** The arguments that stand before the word: neither options nor their values. */
function argumentsOf(spec: CommandSpec, words: readonly string[]): string[] {
  const found: string[] = [];
  let skip = false;
  for (const word of words) {
    if (skip) skip = false;
    else if (word.startsWith('-') && word !== '-') skip = optionNamed(spec.options, word)?.type === 'string';
    else found.push(word);
  }
  return found;
}

function runOf(spec: CommandSpec, words: readonly string[]): string | undefined {
  const at = words.indexOf('--run');
  return at >= 0
    ? words[at + 1]
    : spec.arguments?.[0] === 'runs'
      ? argumentsOf(spec, words)[0]
      : process.env['RUNLEDGER_RUN_ID'];
}

async function answerOf(how: Completion | undefined, word: string, run: string | undefined, ask: Ask): Promise<Answer> {
  if (how === undefined) return [];
  if (how === 'files') return 'files';
  if (typeof how !== 'string')
    return beginning(
      how.map((name) => ({ word: name, help: '' })),
      word,
    );
  return ask(how, word, run);
}

/** What the last of these words, which stand behind `runledger`, can become. */
export async function complete(words: readonly string[], ask: Ask): Promise<Answer> {
  const word = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const [name, ...given] = before;
  const spec = commands.find((command) => command.name === name);
  if (name === undefined || name === 'help') {
    if (given.length > 0) return [];
    const all = commands.map((command) => ({ word: command.name, help: command.summary }));
    const more = [
      { word: 'help', help: 'what a command does, with examples' },
      { word: '--version', help: 'the version' },
    ];
    return beginning(name === undefined ? [...all, ...more] : all, word);
  }
  if (!spec) return [];
  if (given.includes('--')) return spec.runsCommand ? 'command' : [];
  const run = runOf(spec, given);
  const waiting = optionNamed(spec.options, given.at(-1) ?? '');
  if (waiting?.type === 'string') return answerOf(waiting.complete, word, run, ask);
  if (word.startsWith('-')) return beginning(listOptions(spec, given), word);
  const at = argumentsOf(spec, given).length;
  return answerOf(spec.arguments?.[Math.min(at, spec.arguments.length - 1)], word, run, ask);
}
