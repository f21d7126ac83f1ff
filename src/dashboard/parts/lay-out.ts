/** Breaks a query of one line into lines, as people write them. */
export function layOut(text: string): string {
  let depth = 0;
  let parentheses = 0;
  let result = '';
  for (const token of text.match(/"(?:[^"\\]|\\.)*"|[{}()]|[^{}()"\s]+|\s+/g) ?? []) {
    if (token === '(') parentheses++;
    if (token === ')') parentheses--;
    if (token === '{' && parentheses === 0) {
      depth++;
      result = `${result.trimEnd()} {\n${'  '.repeat(depth)}`;
    } else if (token === '}' && parentheses === 0) {
      depth--;
      result = `${result.trimEnd()}\n${'  '.repeat(depth)}}\n${'  '.repeat(depth)}`;
    } else if (/^\s+$/.test(token)) {
      const isField = parentheses === 0 && depth > 0 && !/(\.\.\.( on)?|:)$/.test(result.trimEnd());
      result = isField ? `${result.trimEnd()}\n${'  '.repeat(depth)}` : `${result} `;
    } else result += token;
  }
  return result
    .replace(/\n\s*\n/g, '\n')
    .replace(/^ +(?=fragment)/gm, '')
    .trim();
}
