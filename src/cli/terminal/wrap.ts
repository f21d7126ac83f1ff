import { padEnd, widthOf } from './text.ts';

/** A text in lines that are no wider than that, where no word is: it is broken between words. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(joined) > width) {
      lines.push(line);
      line = word;
    } else line = joined;
  }
  return [...lines, line];
}

/** Paragraphs with blank lines between them, each wrapped; lines of one that is indented are kept as they are. */
export function wrapParagraphs(text: string, width: number): string {
  const wrapped = text.split('\n\n').map((part) => (part.startsWith(' ') ? part : wrap(part, width).join('\n')));
  return wrapped.join('\n\n');
}

/** What a list is narrowed to at the least, where the words on the left take the room. */
const leastRoom = 24;

/** A list of words and, in a column beside them, what they mean. */
export function definitionList(rows: readonly (readonly [word: string, meaning: string])[], width: number): string {
  const left = Math.max(0, ...rows.map(([word]) => widthOf(word))) + 4;
  const room = Math.max(leastRoom, width - left);
  return rows
    .map(([word, meaning]) => `${padEnd(`  ${word}`, left)}${wrap(meaning, room).join(`\n${' '.repeat(left)}`)}`)
    .join('\n');
}
