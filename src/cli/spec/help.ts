import type { Style } from '../terminal/style.ts';
import { definitionList, wrapParagraphs } from '../terminal/wrap.ts';
import type { CommandSpec, OptionSpecs } from './command-spec.ts';
import { groups } from './commands.ts';

/** Where nobody knows better. */
const usualWidth = 80;
/** Longer lines are hard to read. */
const mostWidth = 100;

/** How help is to look. */
interface Look {
  readonly style: Style;
  readonly width: number | undefined;
}

type Rows = readonly (readonly [word: string, meaning: string])[];

function widthOfLook({ width = usualWidth }: Look): number {
  return Math.min(width, mostWidth);
}

function optionRows(options: OptionSpecs): Rows {
  return Object.entries(options).map(([name, { short, value, help }]) => [
    `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`,
    help,
  ]);
}

/** The help of one command: what it does, its options, examples. */
export function helpOf({ name, summary, usage, options, notes = [], examples }: CommandSpec, look: Look): string {
  const { bold, dim, cyan } = look.style;
  const width = widthOfLook(look);
  const section = (title: string, rows: Rows) => `${bold(title)}\n${definitionList(rows, width)}`;
  const lines = examples.flatMap(([line, meaning]) => [`  ${dim(`# ${meaning}`)}`, `  ${cyan(line)}`]);
  const parts = [
    `${bold(`runledger ${name}`)}: ${summary}`,
    usage.map((line, at) => `${at === 0 ? 'Usage: ' : '       '}runledger ${name} ${line}`).join('\n'),
    ...(Object.keys(options).length > 0 ? [section('Options', optionRows(options))] : []),
    ...notes.map((note) => wrapParagraphs(note, width)),
    [bold('Examples'), ...lines].join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

const environment: Rows = [
  ['RUNLEDGER_URL', 'the service (http://127.0.0.1:4000/graphql)'],
  ['RUNLEDGER_API_KEY', 'the key or token to show it'],
  ['RUNLEDGER_RUN_ID', 'the run in which a process runs, and RUNLEDGER_STEP_ID its step: set by run and step'],
  ['RUNLEDGER_SPOOL_DIR', 'where entries wait while the service is away'],
  ['RUNLEDGER_DISABLED', '1: nothing is recorded'],
  ['NO_COLOR, FORCE_COLOR', 'no colours, colours; without them a terminal has them'],
];

const exitCodes: Rows = [
  ['0', 'done; of log also when the service is away: then it warns, and the entry is kept for later'],
  ['1', 'the service refused, nothing is there, or it cannot be reached by a command that reads'],
  ['2', 'the command line is wrong'],
  ['any', 'of run and step: that of their command; 126 or 127 where it cannot be started, as in a shell'],
];

/** The help of all of them. */
export function generalHelp(look: Look): string {
  const { bold } = look.style;
  // All lists have their meanings in one column.
  const longest = Math.max(...environment.map(([word]) => word.length));
  const section = (title: string, rows: Rows) => {
    const aligned = rows.map(([word, meaning]) => [word.padEnd(longest), meaning] as const);
    return `${bold(title)}\n${definitionList(aligned, widthOfLook(look))}`;
  };
  return `${[
    'Usage: runledger <command>, runledger help <command>, runledger --version',
    ...groups.map(([title, specs]) =>
      section(
        title,
        specs.map(({ name, summary }) => [name, summary]),
      ),
    ),
    section('Environment', environment),
    section('Exit codes', exitCodes),
    'runledger help <command> has its options, and examples.',
  ].join('\n\n')}\n`;
}
