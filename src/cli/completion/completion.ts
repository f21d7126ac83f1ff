import { parse } from '../spec/parse.ts';
import { completionSpec } from '../spec/read.ts';
import { UsageError } from '../spec/usage-error.ts';
import type { Output } from '../terminal/output.ts';
import { askService } from './ask.ts';
import { complete } from './complete.ts';
import { scripts } from './scripts.ts';

/** `runledger completion`: the script for a shell. */
export async function completion(args: string[], output: Output): Promise<number> {
  const [shell, ...more] = parse(completionSpec, args).positionals;
  if (shell === undefined || more.length > 0 || !Object.hasOwn(scripts, shell))
    throw new UsageError('completion: give one of bash, zsh and fish.');
  await output.write(scripts[shell as keyof typeof scripts]);
  return 0;
}

/** What the scripts ask: candidates for the last of the words, one a line. */
export async function answerShell(words: readonly string[], output: Output): Promise<number> {
  // Whatever the client has to say would stand in the line that is being written.
  console.warn = () => {};
  const answer = await complete(words, askService);
  const oneLine = (text: string) => text.replace(/[\t\r\n]/g, ' ');
  if (typeof answer === 'string') output.print(`:${answer}`);
  else for (const { word, help } of answer) output.print(`${oneLine(word)}\t${oneLine(help)}`);
  return 0;
}
