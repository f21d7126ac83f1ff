import { badInput } from './errors.ts';

/** The names of some options. As a record, so that the compiler notices when one is missing. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/** What people write who are used to other clients, and what it is called here. */
const habits: Readonly<Record<string, string>> = {
  step: 'stepName',
  host: 'url',
  endpoint: 'url',
  token: 'apiKey',
  key: 'apiKey',
  timeout: 'deadlineMs',
  limit: 'pageSize',
  first: 'pageSize',
};

/** How many characters must be inserted, deleted or replaced to make one text of the other. */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The known name that was probably meant; undefined when none comes close. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  const habit = Object.hasOwn(habits, name) ? habits[name] : undefined;
  if (habit !== undefined && known.includes(habit)) return habit;
  const plain = (text: string) => text.toLowerCase().replaceAll('_', '');
  const candidates = known
    .map((candidate) => ({ candidate, distance: distanceOf(plain(name), plain(candidate)) }))
    .sort((one, other) => one.distance - other.distance);
  return candidates.find(
    ({ candidate, distance }) =>
      distance <= Math.ceil(name.length / 3) || (name.length > 2 && plain(candidate).includes(plain(name))),
  )?.candidate;
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(value)}`;
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

/**
 * Throws an InvalidCallError unless `options` is undefined, or an object with none but known options. A misspelt option
 * would otherwise be ignored, and the call would quietly do something else. `call` is how the message names the call.
 */
export function checkOptions(call: string, options: unknown, names: Readonly<Record<string, true>>): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw badInput(`${call}: the options must be an object, not ${describe(options)}.`);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const known = Object.keys(names);
    const nearest = nearestName(name, known);
    const advice = nearest === undefined ? `The options are ${known.join(', ')}.` : `Did you mean "${nearest}"?`;
    throw badInput(`${call}: there is no option ${JSON.stringify(name)}. ${advice}`);
  }
}
