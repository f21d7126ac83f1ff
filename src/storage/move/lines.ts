// What of a ledger goes into a file: a line of JSON for each row. What can be worked out from those is not in it (the latest
// rows, the counters), nor what is kept for some days only (changes).
//
// The lines are made by Postgres itself, so that each byte of a value is what was stored. Members that are null are left out;
// the order of the members never changes: two ledgers that hold the same give the same bytes.

/** The version of the format. A reader refuses a greater one. */
export const formatVersion = 1;

/** How the lines of a kind begin; what comes behind is up to the kind. */
export const lineStart = {
  ledger: '{"kind":"ledger"',
  run: '{"kind":"run"',
  step: '{"kind":"step"',
  entry: '{"kind":"entry"',
  request: '{"kind":"request"',
  end: '{"kind":"end"',
} as const;

/** Whether a row `l` of import_line is a line of a kind. */
export function isOf(kind: keyof typeof lineStart): string {
  return `starts_with(l.line::text, '${lineStart[kind]}')`;
}

/** A member whose value is text, an id or a number as it stands. Null where the value is: `concat` leaves it out. */
function bare(name: string, sql: string): string {
  return `',"${name}":' || ${sql}`;
}

function quoted(name: string, sql: string): string {
  return `',"${name}":"' || ${sql} || '"'`;
}

/** A member whose value has to be written as JSON: a text, or a time. */
function json(name: string, sql: string): string {
  return `',"${name}":' || to_json(${sql})`;
}

function line(kind: keyof typeof lineStart, ...members: string[]): string {
  return `concat('${lineStart[kind]}', ${members.join(', ')}, '}')`;
}

const ofExecution = [
  `CASE WHEN f.run_id IS NOT NULL THEN ',"failure":' || json_strip_nulls(json_build_object('type', f.type, 'message', f.message, 'traceback', f.traceback)) END`,
  json('lastSeenAt', 'h.last_seen_at'),
  bare('watched', 'h.watched'),
];

const runLine = line(
  'run',
  quoted('id', 'r.id'),
  json('name', 'r.name'),
  json('pipeline', 'r.pipeline'),
  quoted('status', 'r.status'),
  json('startedAt', 'r.started_at'),
  json('endedAt', 'r.ended_at'),
  ...ofExecution,
);

const stepLine = line(
  'step',
  quoted('run', 's.run_id'),
  quoted('id', 's.id'),
  json('name', 's.name'),
  bare('attempt', 's.attempt'),
  quoted('status', 's.status'),
  json('startedAt', 's.started_at'),
  json('endedAt', 's.ended_at'),
  quoted('cachedFrom', 's.cached_from_id'),
  bare('superseded', 's.superseded'),
  bare('ordinal', 's.ordinal'),
  ...ofExecution,
);

// Blanks between the tokens of a value may be line ends, where it was not the service that wrote it.
const entryLine = line(
  'entry',
  quoted('run', 'e.run_id'),
  quoted('step', 'NULLIF(e.scope_id, e.run_id)'),
  quoted('id', 'e.id'),
  json('key', 'e.key'),
  quoted('type', 'e.type'),
  bare('value', `replace(replace(e.value::text, E'\\n', ' '), E'\\r', ' ')`),
  bare('iteration', 'e.iteration'),
  json('loggedAt', 'e.logged_at'),
  json('recordedAt', 'e.recorded_at'),
  json('retractedAt', 'e.retracted_at'),
  json('reason', 'e.retract_reason'),
);

const requestLine = line(
  'request',
  quoted('run', 'q.run_id'),
  quoted('step', 'NULLIF(q.scope_id, q.run_id)'),
  quoted('id', 'q.request_id'),
  quoted('contentHash', `encode(q.content_hash, 'hex')`),
  json('entries', 'q.entry_ids::text[]'),
  json('createdAt', 'q.created_at'),
);

/**
 * The lines of runs as a query with one column, in order: run by run as given, of each the run itself, its steps, its entries
 * by id, its request ids.
 */
export function linesOfRuns(runIds: readonly string[]): string {
  return `SELECT l.line FROM unnest('{${runIds.join()}}'::uuid[]) WITH ORDINALITY AS o(run_id, n)
CROSS JOIN LATERAL (
  SELECT 1 AS part, 0::bigint AS place, NULL::uuid AS id, ${runLine} AS line
  FROM pipeline_run r LEFT JOIN failure f ON f.run_id = r.id AND f.scope_id = r.id
    LEFT JOIN heartbeat h ON h.run_id = r.id AND h.scope_id = r.id WHERE r.id = o.run_id
  UNION ALL
  SELECT 2, s.ordinal, s.id, ${stepLine}
  FROM step s LEFT JOIN failure f ON f.run_id = s.run_id AND f.scope_id = s.id
    LEFT JOIN heartbeat h ON h.run_id = s.run_id AND h.scope_id = s.id WHERE s.run_id = o.run_id
  UNION ALL
  SELECT 3, e.id, NULL, ${entryLine} FROM metadata_entry e WHERE e.run_id = o.run_id
  UNION ALL
  SELECT 4, 0, q.request_id, ${requestLine} FROM log_request q WHERE q.run_id = o.run_id
) l ORDER BY o.n, l.part, l.place, l.id`;
}

/**
 * How lines travel by COPY: as they are. No line has these two characters in it, which JSON has only in escaped form, so none
 * is ever quoted.
 */
export const copyOptions = `(FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')`;
