import { parseArgs } from 'node:util';
import { type CommandSpec, type OptionSpecs, optionNamed } from './command-spec.ts';
import { UsageError } from './usage-error.ts';

/** What a word begins with that is a value in spite of its hyphen: that of a number or, for some options, of a name. */
const negative = /^-\.?\d/;
const hyphenated = /^-[^-]/;

/** The same words as `parseArgs` takes them: `--iteration=-1` and `-s-accuracy`, where it would see two options. */
export function joinHyphens(args: readonly string[], options: OptionSpecs): string[] {
  const joined: string[] = [];
  const end = args.indexOf('--');
  // Behind `--` nothing is an option.
  for (const arg of end === -1 ? args : args.slice(0, end)) {
    const before = joined.at(-1) ?? '';
    const option = optionNamed(options, before);
    if (option?.type === 'string' && (option.hyphen ? hyphenated : negative).test(arg))
      joined[joined.length - 1] = before.startsWith('--') ? `${before}=${arg}` : `${before}${arg}`;
    else joined.push(arg);
  }
  return end === -1 ? joined : [...joined, ...args.slice(end)];
}

/** What stands behind the name of a command. */
type Parsed<Options extends OptionSpecs> = ReturnType<
  typeof parseArgs<{ readonly options: Options; readonly allowPositionals: true }>
>;

/** Reads what stands behind the name of a command. Throws a UsageError that says what is wrong. */
export function parse<Options extends OptionSpecs>(
  { name, options }: CommandSpec<Options>,
  args: readonly string[],
): Parsed<Options> {
  try {
    return parseArgs({ args: joinHyphens(args, options), options, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError) || !('code' in error)) throw error;
    // What Node adds of `--` leads astray here, where a command stands behind it.
    throw new UsageError(`${name}: ${error.message.replace(/\. To specify a positional[\s\S]*$/, '.')}`);
  }
}
