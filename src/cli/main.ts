#!/usr/bin/env node
import { RunledgerError } from '@runledger/client/internal/errors';
import { readVersion } from '../version.ts';
import type { CommandSpec } from './spec/command-spec.ts';
import { commands } from './spec/commands.ts';
import { nearest } from './spec/nearest.ts';
import { UsageError } from './spec/usage-error.ts';
import { type Output, openOutput } from './terminal/output.ts';

function complain(line: string): void {
  process.stderr.write(`runledger: ${line}\n`);
}

/** What `runledger NAME` does; with nothing to say at the end, the process goes on. */
type Command = (args: string[], output: Output) => Promise<number | undefined>;

// Each is imported only where it is called: none needs what the others do, and a step in a loop starts many.
const table: Readonly<Record<string, Command>> = {
  log: async (args) => (await import('./log.ts')).log(args, complain),
  get: async (args, { print }) => (await import('./get.ts')).get(args, print, complain),
  flush: async (args, { print }) => (await import('./flush.ts')).flush(args, print, complain),
  keys: async (args, { print }) => (await import('./keys.ts')).keys(args, print, complain),
  migrate: async (args, { print }) => (await import('./migrate.ts')).migrate(args, print, complain),
  partition: async (args, { print }) => (await import('./partition.ts')).partition(args, print, complain),
  export: async (args, { print }) => (await import('./export.ts')).exportLedger(args, print, complain),
  import: async (args, { print }) => (await import('./import.ts')).importLedger(args, print, complain),
  prune: async (args, { print }) => (await import('./prune.ts')).prune(args, print, complain),
  serve: async (args) => (await import('./serve.ts')).serve(args),
  runs: async (args, output) => (await import('./read/runs.ts')).runs(args, output),
  show: async (args, output) => (await import('./read/show.ts')).show(args, output),
  history: async (args, output) => (await import('./read/history.ts')).history(args, output, complain),
  compare: async (args, output) => (await import('./read/compare.ts')).compare(args, output),
  follow: async (args, output) => (await import('./read/follow.ts')).follow(args, output),
  completion: async (args, output) => (await import('./completion/completion.ts')).completion(args, output),
  __complete: async (args, output) => (await import('./completion/completion.ts')).answerShell(args, output),
};

/** The description of a command. Throws a UsageError, with the name that was probably meant, where there is none. */
function specOf(name: string): CommandSpec {
  const spec = commands.find((command) => command.name === name);
  if (spec) return spec;
  const meant = nearest(
    name,
    commands.map((command) => command.name),
  );
  throw new UsageError(
    `There is no command ${JSON.stringify(name)}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
  );
}

function isHelp(word: string | undefined): boolean {
  return word === '--help' || word === '-h';
}

/** What the words ask to be told; undefined where they ask for something else. */
async function helpWanted([name, ...args]: readonly string[], look: Output): Promise<string | undefined> {
  const isAsked = name === 'help' || isHelp(name);
  if (!isAsked && (name === undefined || name === '__complete' || !args.some(isHelp))) return undefined;
  const topic = isAsked ? args[0] : name;
  const spec = topic === undefined ? undefined : specOf(topic);
  // Imported only here: what lays it out is needed for nothing else.
  const { generalHelp, helpOf } = await import('./spec/help.ts');
  return spec ? helpOf(spec, look) : generalHelp(look);
}

/** Does what the words say, of which those before `--` may be options. */
async function execute(words: readonly string[], own: readonly string[], output: Output): Promise<number | undefined> {
  const name = own[0];
  if (name === undefined) throw new UsageError('Give a command.');
  const help = await helpWanted(own, output);
  const told = name === '--version' || name === '-v' ? `runledger ${readVersion()}\n` : help;
  if (told !== undefined) {
    await output.write(told);
    return 0;
  }
  if (name !== '__complete') specOf(name);
  return table[name]?.(words.slice(1), output);
}

/** Whether the command line is at fault, by our own account or by that of `parseArgs`. */
function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

/** Says what went wrong; gives the exit code. */
function report(error: unknown, name: string | undefined): number {
  if (isUsageError(error)) {
    complain(error.message);
    const topic = commands.some((command) => command.name === name) ? ` help ${name}` : ' --help';
    process.stderr.write(`See runledger${topic}.\n`);
    return 2;
  }
  if (!(error instanceof RunledgerError)) throw error;
  complain(error.message);
  return error.code === 'BAD_USER_INPUT' ? 2 : 1;
}

/** A reader such as `head` may close the pipe before everything is written: that is its right. */
function watchPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(process.exitCode ?? 0);
    });
}

const words = process.argv.slice(2);
const end = words[0] === '__complete' || !words.includes('--') ? words.length : words.indexOf('--');
/** Behind `--` nothing is an option: of run and step it is their command, of the others what they take. */
const own = words.slice(0, end);
try {
  if ((words[0] === 'run' || words[0] === 'step') && !own.some(isHelp)) {
    // Standard output and error are the command's: opened here, they would become non-blocking for it, too.
    const { carriedOut } = await import('./execute/carried-out.ts');
    process.exit(await carriedOut(words[0], own.slice(1), words.slice(end + 1)));
  }
  watchPipes();
  const code = await execute(words, own, openOutput());
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  process.exitCode = report(error, words[0]);
}
