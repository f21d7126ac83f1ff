import { printKey, printText, printValue } from '../../filter/print.ts';
import { statuses } from '../../filter/tree.ts';

/** What can be put in place of a piece of the text. */
export type Suggestion = {
  readonly text: string;
  readonly label: string;
  readonly hint: string /** What more is to be written. */;
  readonly open: boolean;
};
export type Suggestions = { readonly from: number; readonly to: number; readonly items: readonly Suggestion[] };

/** What is known of the ledger: where suggestions come from. */
export type Known = {
  readonly keys: readonly { readonly key: string; readonly types: readonly string[]; readonly runs: number }[];
  readonly pipelines: readonly string[];
  /** Values that are on the screen. */
  readonly valuesOf: (key: string) => readonly unknown[];
};

const fields: [word: string, hint: string][] = [
  ['name:', 'a part of the name; name:iris* for the beginning'],
  ['pipeline:', 'one pipeline, or several with commas'],
  ['status:', 'running, failed, …'],
  ['after:', 'started since: 2026-11-01, 3d, today'],
  ['before:', 'started before'],
  ['has:', 'runs that logged a key'],
  ['lacks:', 'runs that did not'],
  ['not ', 'the opposite of what follows'],
];

const numeric = ['INT', 'FLOAT', 'STORAGE_SIZE'];
const numberOperators: [string, string][] = [
  ['>', 'greater'],
  ['<', 'less'],
  ['>=', 'at least'],
  ['<=', 'at most'],
  ['=', 'equal'],
  ['!=', 'not equal'],
];
const textOperators: [string, string][] = [
  ['=', 'equal'],
  ['!=', 'not equal'],
  ['^=', 'begins with'],
  ['*=', 'contains'],
];
const listOperators: [string, string][] = [
  ['~=', 'has the member'],
  ['=', 'equal'],
];

function operatorsOf(types: readonly string[]): [string, string][] {
  if (types.some((type) => numeric.includes(type))) return numberOperators;
  return types.some((type) => ['SET', 'LIST', 'TUPLE'].includes(type)) ? listOperators : textOperators;
}

function item(text: string, hint: string, open = false): Suggestion {
  return { text, label: text, hint, open };
}

/** What could stand where the caret is: keys and words, then operators that fit the key, then values. */
export function suggest(text: string, caret: number, known: Known): Suggestions {
  const from = Math.max(0, text.slice(0, caret).search(/[^\s(]*$/));
  const word = text.slice(from, caret);
  const end = caret + (/^[^\s()]*/.exec(text.slice(caret))?.[0].length ?? 0);
  const list = (at: number, items: Suggestion[]): Suggestions => ({ from: at, to: end, items: items.slice(0, 12) });
  const begins = (name: string, part: string) => name.toLowerCase().includes(part.toLowerCase());

  const named = /^(status|pipeline|pipelines):(?:.*,)?([^,]*)$/i.exec(word);
  if (named) {
    const names = named[1]!.toLowerCase() === 'status' ? statuses.map((name) => name.toLowerCase()) : known.pipelines;
    const matching = names.filter((name) => begins(name, named[2]!));
    return list(
      caret - named[2]!.length,
      matching.map((name) => item(printText(name), '')),
    );
  }
  const wanted = /^(has|lacks|exists):(.*)$/i.exec(word);
  if (wanted) {
    const keys = known.keys.filter(({ key }) => begins(key, wanted[2]!));
    return list(
      caret - wanted[2]!.length,
      keys.map(({ key, runs }) => item(printKey(key), `${runs} runs`)),
    );
  }
  const compared = /^("(?:[^"\\]|\\.)*"|[^=<>!^*~]+)(!=|>=|<=|\^=|\*=|~=|=|>|<)(.*)$/.exec(word);
  if (compared) {
    const key = known.keys.find((candidate) => printKey(candidate.key) === compared[1])?.key ?? compared[1]!;
    const values = [...new Set(known.valuesOf(key).map(printValue))].filter((value) => begins(value, compared[3]!));
    return list(
      caret - compared[3]!.length,
      values.map((value) => item(value, '')),
    );
  }
  const exact = known.keys.find(({ key }) => printKey(key) === word);
  const operators = exact ? operatorsOf(exact.types).map(([sign, hint]) => item(`${word}${sign}`, hint, true)) : [];
  const keys = known.keys.filter(({ key }) => key !== word && begins(key, word.replace(/^"/, '')));
  const words = fields.filter(([name]) => word !== '' && name.startsWith(word.toLowerCase()));
  return list(from, [
    ...operators,
    ...keys.map(({ key, types, runs }) =>
      item(printKey(key), `${(types[0] ?? '').toLowerCase()} · ${runs} runs`, true),
    ),
    ...(word === '' ? fields : words).map(([name, hint]) => item(name, hint, true)),
  ]);
}
