/** A request's body; `n` makes it another text each time, so that nothing is known of it yet. */
export type Attack = (n: number) => string;

export const query = (text: string | ((n: number) => string), variables?: unknown): Attack => {
  return (n) => JSON.stringify({ query: `${typeof text === 'string' ? text : text(n)} #${n}`, variables });
};
const times = (count: number, part: (n: number) => string, separator = ' ') =>
  Array.from({ length: count }, (_, n) => part(n)).join(separator);
const cursor = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');

const dear = '{ metadata: { key: "loss", path: ["a"], contains: "x" } }';
const runsBy = (filter: unknown, fields = 'totalCount') =>
  query(`query ($f: PipelineRunFilter) { pipelineRuns(first: 1, filter: $f) { ${fields} } }`, { f: filter });
export const history = (after: string) =>
  query(
    'query ($c: String) { pipelineRun(ref: "known") { metadataHistory(key: "loss", after: $c) { nodes { id } } } }',
    {
      c: after,
    },
  );

/** Refused before anything is asked of the database. */
export const refused: Record<string, Attack> = {
  aliases: query(`{ ${times(101, (n) => `a${n}: __typename`)} }`),
  'aliases in fragments that double': query(
    `{ ...f0 } ${times(60, (n) => `fragment f${n} on Query { ${n === 59 ? 'a: __typename' : `...f${n + 1} ...f${n + 1}`} }`)}`,
  ),
  directives: query(`{ ${'__typename @include(if: true) '.repeat(51)} }`),
  'directives on one field': query(`{ __typename ${'@skip(if: false) '.repeat(1_900)} }`),
  depth: query(`{ ${'pipelineRun(ref: "x") { step(name: "s") { run { '.repeat(7)} id ${'} } } '.repeat(7)} }`),
  'depth of what does not exist': query(`{ a `.repeat(1_300) + '}'.repeat(1_300)),
  'inline fragments in one another': query(`{ ${'... { '.repeat(1_300)} nope ${'} '.repeat(1_300)} }`),
  tokens: query(`{ ${'__typename '.repeat(4_001)} }`),
  text: query('{ __typename }'.padEnd(65_600, ' ')),
  'a fragment in itself': query('{ ...a } fragment a on Query { ...a }'),
  'fragments in a ring': query(`{ ...f0 } ${times(400, (n) => `fragment f${n} on Query { ...f${(n + 1) % 400} }`)}`),
  'fragments, each in each': query(
    `{ ...m0 } ${times(30, (n) => `fragment m${n} on Query { ${times(30, (m) => `...m${m}`)} }`)}`,
  ),
  'fragments that nobody uses': query(`{ __typename } ${times(400, (n) => `fragment u${n} on Query { __typename }`)}`),
  'fields that do not exist': query(`{ ${times(3_900, (n) => `pipelineRan${n}`)} }`),
  'arguments that do not exist': query(`{ pipelineRun(ref: "x" ${times(1_200, (n) => `reff${n}: 1`)}) { id } }`),
  'fields that cannot be merged': query(`{ ${times(440, (n) => `pipelineRun(ref: "${n}") { id }`)} }`),
  'deep fields that cannot be merged': query(
    `{ ${times(150, (n) => `pipelineRun(ref: "x") { step(name: "s") { runMetadata(key: "${n}") { id } } }`)} }`,
  ),
  'one field again and again': query(`{ ${'pipelineRun(ref: "x") { id } '.repeat(420)} }`),
  'one field in itself again and again': query(
    `{ ${'pipelineRun(ref: "x") { step(name: "s") { run { id } } } '.repeat(180)} }`,
  ),
  'fields by fields': query(`{ ${`pipelineRun(ref: "x") { ${'id '.repeat(60)} } `.repeat(55)} }`),
  'fields by fields that nobody uses': query(
    `{ __typename } fragment u on Query { ${`pipelineRun(ref: "x") { ${'id '.repeat(60)} } `.repeat(55)} }`,
  ),
  operations: query(times(900, (n) => `query q${n} { __typename }`)),
  'variables that are declared': query(`query (${times(900, (n) => `$v${n}: Int`)}) { __typename }`),
  'a literal that is deep': query(
    `mutation { logMetadata(input: { target: { run: "known" }, metadata: { k: ${'['.repeat(1_900)}${']'.repeat(1_900)} } }) { replayed } }`,
  ),
  'a list of what is no list': query(
    `{ pipelineRuns(filter: ${'{ not: '.repeat(600)}{}${' }'.repeat(600)}) { totalCount } }`,
  ),
  'pages in pages': query('{ pipelineRuns(first: 200) { nodes { steps(first: 200) { nodes { metadata { id } } } } } }'),
  'counts of dear filters': query(
    `{ ${times(90, (n) => `a${n}: pipelineRuns(first: 1, filter: ${dear}) { totalCount }`)} }`,
  ),
  'counts of dear filters by variable': query(
    `query ($f: PipelineRunFilter) { ${times(90, (n) => `a${n}: pipelineRuns(first: 1, filter: $f) { totalCount }`)} }`,
    { f: { metadata: { key: 'loss', path: ['a'], contains: 'x' } } },
  ),
  'counts of dear filters in a fragment': query(
    `{ ${times(90, (n) => `a${n}: pipelineRuns(first: 1, filter: { not: { pipeline: "${n}" } }) { ...c }`)} } fragment c on PipelineRunConnection { totalCount }`,
  ),
  'facets of dear filters': query(
    `{ ${times(60, (n) => `a${n}: runFacets(filter: { nameContains: "${n}" }) { total }`)} }`,
  ),
  'orders without an index': query(
    `{ ${times(90, (n) => `a${n}: pipelineRuns(orderBy: { metadata: { key: "loss", path: ["${n}"] } }) { totalCount nodes { id } }`)} }`,
  ),
  'curves of everything': query(
    'query ($r: [String!]!, $k: [String!]!) { series(refs: $r, keys: $k, maxPoints: 10000) { total } }',
    {
      r: Array.from({ length: 100 }, () => 'known'),
      k: Array.from({ length: 20 }, (_, n) => `k${n}`),
    },
  ),
  'parts of a filter': runsBy({ and: Array.from({ length: 1_000 }, (_, n) => ({ pipeline: `${n}` })) }),
  'parts of a filter in one another': runsBy(
    Array.from({ length: 120 }).reduce((inner) => ({ not: inner }), { pipeline: 'x' } as unknown),
  ),
  'values to compare with': runsBy({ metadata: { key: 'k', in: Array.from({ length: 200_000 }, (_, n) => n) } }),
  'runs to compare': query('query ($r: [String!]!) { compareRuns(refs: $r) { rows { key } } }', {
    r: Array.from({ length: 100_000 }, () => 'known'),
  }),
  entries: query('mutation ($i: LogMetadataInput!) { logMetadata(input: $i) { replayed } }', {
    i: {
      target: { run: 'known' },
      metadata: Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`k${n}`, n])),
    },
  }),
  'a page that is too large': query('{ pipelineRuns(first: 2147483647) { nodes { id } } }'),
  'a page of less than nothing': query('{ pipelineRuns(first: -1) { nodes { id } } }'),
  'a page without end': query('query ($n: Int) { pipelineRuns(first: $n) { nodes { id } } }', { n: 1e300 }),
  'a body that is deep': () => `{"query":"{ __typename }","variables":${'['.repeat(2_000_000)}`,
  'a body of objects in one another': () => `{"query":"{ __typename }","variables":${'{"a":'.repeat(400_000)}`,
  'a number without end': () => `{"query":"{ __typename }","variables":{"a":1e999999999}`,
  'a name that is a body': () => JSON.stringify({ query: '{ __typename }', operationName: 'x'.repeat(2_000_000) }),
};

export const fill = (size: number) => 'x'.repeat(size);

/** Answered or refused with a code, by what it asks of the database: an index look-up at most. */
export const harmless: Record<string, Attack> = {
  'a name that is long': query('query ($r: String!) { pipelineRun(ref: $r) { id } }', { r: fill(1_000_000) }),
  'a name of wildcards': query('query ($r: String!) { pipelineRun(ref: $r) { id } }', { r: '%'.repeat(100_000) }),
  'a name that is SQL': query('query ($r: String!) { pipelineRun(ref: $r) { id } }', { r: `'; DROP TABLE step; --` }),
  'beginnings that are long': query(
    'query ($p: String!) { pipelineRuns(filter: { namePrefix: $p }) { nodes { id } } metadataKeys(prefix: $p) { key } pipelines(prefix: $p) { nodes { name } } pipelineRun(ref: "known") { metadata(prefix: $p) { id } } }',
    { p: fill(500_000) },
  ),
  'a beginning that nothing can follow': query(
    'query ($p: String!) { pipelineRuns(filter: { namePrefix: $p }) { nodes { id } } }',
    { p: '\u{10ffff}'.repeat(200_000) },
  ),
  'a key that is long': query('query ($k: String!) { pipelineRun(ref: "known") { runMetadata(key: $k) { id } } }', {
    k: fill(1_000_000),
  }),
  'a key of colons': query('query ($k: String!) { pipelineRun(ref: "known") { runMetadata(key: $k) { id } } }', {
    k: ':'.repeat(200_000),
  }),
  'a key of combining characters': query(
    'query ($k: String!) { pipelineRun(ref: "known") { runMetadata(key: $k) { id } } }',
    { k: `a${'\u0301\u0327'.repeat(100_000)}` },
  ),
  'keys, and more of them': query('query ($k: [String!]) { pipelineRun(ref: "known") { metadata(keys: $k) { id } } }', {
    k: Array.from({ length: 20_000 }, (_, n) => `key ${n}`),
  }),
  'a path that is long': runsBy(
    { metadata: { key: 'loss', path: Array.from({ length: 10_000 }, () => 'a'), exists: true } },
    'nodes { id }',
  ),
  'a text of backslashes': runsBy({ metadata: { key: 'loss', contains: '\\'.repeat(100_000) } }, 'nodes { id }'),
  digits: (n) =>
    query(`query ($j: JSON) { pipelineRuns(filter: { metadata: { key: "loss", equals: $j } }) { nodes { id } } }`, {
      j: 'DIGITS',
    })(n).replace('"DIGITS"', '7'.repeat(1_000_000)),
  'names of prototypes': (n) =>
    `{"query":"{ __typename } #${n}","variables":{"__proto__":{"a":1},"constructor":{"prototype":1}},"__proto__":{"query":"{ nope }"}}`,
  'variables that nobody declared': query(
    '{ __typename }',
    Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`v${n}`, n])),
  ),
  'fragments that double': query(
    `{ ...f0 } ${times(60, (n) => `fragment f${n} on Query { ${n === 59 ? '__typename' : `...f${n + 1} ...f${n + 1}`} }`)}`,
  ),
  'introspection in circles': query(
    `{ __schema { types { ${'fields { type { '.repeat(6)} name ${'} } '.repeat(6)} } } }`,
  ),
  'steps by ids that are none': query(
    `{ ${times(100, (n) => `a${n}: step(id: "00000000-0000-4000-8000-${String(n).padStart(12, '0')}") { id }`)} }`,
  ),
  'a body of blanks': (n) => `{"query":"{ __typename } #${n}"}`.padEnd(4_000_000),
  'a body of escapes': (n) => `{"query":"{ __typename } #${n}","variables":{"a":"${'\\u0061'.repeat(500_000)}"}}`,
};

/** Cursors that nobody was given: refused with BAD_USER_INPUT, whatever is in them. */
export const cursors = [
  '',
  'x',
  '%%%',
  fill(1_000_000),
  cursor(null),
  cursor([]),
  cursor({}),
  cursor(['runs', 'started', '9999-99-99', 'x']),
  cursor(['history', -1]),
  cursor(['history', '1; DROP TABLE step']),
  cursor({ list: 'history', id: 9e99 }),
  Buffer.from([0xff, 0xfe, 0x00]).toString('base64'),
  '99999999999999999999',
  '-1',
  '0x10',
];
