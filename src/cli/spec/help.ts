import type { Style } from '../terminal/style.ts';
import { padEnd, widthOf } from '../terminal/text.ts';
import type { CommandSpec } from './command-spec.ts';
import { commands, groups } from './commands.ts';

function optionLines({ options }: CommandSpec): string[] {
  const rows = Object.entries(options).map(([name, { short, value, help }]) => ({
    left: `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`,
    help,
  }));
  const width = Math.max(0, ...rows.map(({ left }) => widthOf(left)));
  return rows.map(({ left, help }) => `  ${padEnd(left, width)}  ${help}`);
}

/** The help of one command: what it does, its options, examples. */
export function helpOf(spec: CommandSpec, { bold, dim, cyan }: Style): string {
  const { name, summary, usage, notes = [], examples } = spec;
  const parts = [
    `${bold(`runledger ${name}`)}: ${summary}`,
    usage.map((line, at) => `${at === 0 ? 'Usage: ' : '       '}runledger ${name} ${line}`).join('\n'),
  ];
  const options = optionLines(spec);
  if (options.length > 0) parts.push([bold('Options'), ...options].join('\n'));
  parts.push(...notes);
  const lines = examples.flatMap(([line, meaning]) => [`  ${dim('#')} ${dim(meaning)}`, `  ${cyan(line)}`]);
  parts.push([bold('Examples'), ...lines].join('\n'));
  return `${parts.join('\n\n')}\n`;
}

const environment = `  RUNLEDGER_URL          the service (http://127.0.0.1:4000/graphql)
  RUNLEDGER_API_KEY      the key or token to show it
  RUNLEDGER_RUN_ID       the run in which a process runs, and RUNLEDGER_STEP_ID its step: set by run and step
  RUNLEDGER_SPOOL_DIR    where entries wait while the service is away
  RUNLEDGER_DISABLED     1: nothing is recorded
  NO_COLOR, FORCE_COLOR  no colours, colours; without them a terminal has them`;

const exitCodes = `  0    done; of log also when the service is away: then it warns, and the entry is kept for later
  1    the service refused, nothing is there, or it cannot be reached by a command that reads
  2    the command line is wrong
  run and step end as their command ends; with 126 or 127 where it cannot be started, as in a shell`;

/** The help of all of them. */
export function generalHelp({ bold }: Style): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const listed = groups.map(([title, specs]) =>
    [bold(title), ...specs.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)].join('\n'),
  );
  return `${[
    'Usage: runledger <command>, runledger help <command>, runledger --version',
    ...listed,
    `${bold('Environment')}\n${environment}`,
    `${bold('Exit codes')}\n${exitCodes}`,
    'runledger help <command> has its options, and examples.',
  ].join('\n\n')}\n`;
}
