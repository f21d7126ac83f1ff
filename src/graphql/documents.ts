import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { overLimit, type QueryLimits } from './query-limits.ts';
import { findRepeats } from './query-repeats.ts';
import { findExcess } from './query-size.ts';

/** A query text as far as it can be judged without its variables: what it says, or why it is refused. */
export type PreparedDocument =
  | {
      document: DocumentNode;
      errors: null;
      /** Why it does not fit the schema, or null. Takes milliseconds of a long text, the first time. */
      validate: () => readonly GraphQLError[] | null;
    }
  | { document: null; errors: readonly GraphQLError[] };

/** What of it is told to whoever may ask. */
type DocumentOptions = {
  /** Whether the schema may be asked for. */
  introspection?: boolean;
  /** Bytes of text that are remembered; default 8 MiB, which is some ten times as much in memory. */
  maxCacheBytes?: number;
};

/** Parses and measures query texts, validates those that are to be, and remembers the outcome, good or bad, of those used last. */
export function createDocumentCache(schema: GraphQLSchema, limits: QueryLimits, options: DocumentOptions = {}) {
  const { introspection = true, maxCacheBytes = 8 * 1024 * 1024 } = options;
  const cache = new Map<string, { own: string; prepared: PreparedDocument }>();
  let bytes = 0;
  let newest = '';

  return function prepareDocument(text: string): PreparedDocument {
    // A character takes three bytes at most.
    if (text.length * 3 > limits.maxQueryBytes && Buffer.byteLength(text) > limits.maxQueryBytes) {
      return refuse(overLimit('bytes', limits.maxQueryBytes, 'Send values as variables, or split it.'));
    }
    const known = cache.get(text);
    if (known) {
      const { own, prepared } = known;
      // The order of a Map is that of insertion: what is used moves to the end, under the text that is its own.
      if (own !== newest) {
        cache.delete(own);
        cache.set(own, known);
        newest = own;
      }
      return prepared;
    }
    const own = copyOf(text);
    const prepared = prepare(schema, limits, own, introspection);
    cache.set(own, { own, prepared });
    newest = own;
    bytes += text.length;
    for (const oldest of cache.keys()) {
      if (bytes <= maxCacheBytes) break;
      cache.delete(oldest);
      bytes -= oldest.length;
    }
    return prepared;
  };
}

/** A text that was cut out of another keeps all of that in memory: of a short query, the megabytes that came with it. */
function copyOf(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}

function prepare(schema: GraphQLSchema, limits: QueryLimits, text: string, introspection: boolean): PreparedDocument {
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: limits.maxTokens });
  } catch (error) {
    return refuse(describeParseError(error, limits));
  }
  const excess = findExcess(document, limits) ?? findRepeats(document, limits.maxDepth);
  if (excess) return refuse(excess);
  let found: readonly GraphQLError[] | null | undefined;
  return {
    document,
    errors: null,
    validate() {
      if (found === undefined) found = findInvalid(schema, document, introspection);
      return found;
    },
  };
}

function findInvalid(
  schema: GraphQLSchema,
  document: DocumentNode,
  introspection: boolean,
): readonly GraphQLError[] | null {
  const rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const errors = validate(schema, document, rules, { maxErrors: 20 });
  if (errors.length === 0) return null;
  const said = introspection ? errors : errors.map(withoutHints);
  return said.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
}

/** Names that might have been meant tell the schema piece by piece. */
function withoutHints(error: GraphQLError): GraphQLError {
  const message = error.message.startsWith('GraphQL introspection has been disabled')
    ? 'Introspection is switched off here. The package has the schema in schema.graphql; the operator can set INTROSPECTION=true.'
    : error.message.replace(/ Did you mean [\s\S]*\?$/, '');
  const { nodes = null, source = null, positions = null } = error;
  return new GraphQLError(message, { nodes, source, positions });
}

function describeParseError(error: unknown, limits: QueryLimits): GraphQLError {
  if (!(error instanceof GraphQLError)) {
    // The parser's stack overflowed.
    return overLimit('levels of lists or objects', 1_000, 'Send the value as a variable.');
  }
  if (error.message.startsWith('Syntax Error: Document contains more tha')) {
    return overLimit('tokens', limits.maxTokens, 'Send values as variables, or split it.');
  }
  return withCode(error, 'GRAPHQL_PARSE_FAILED');
}

/** Places that an error names at most: the line of each is counted from the beginning of the text. */
const maxPlaces = 20;

/** `spec`: a client that accepts only application/json is answered with 200, as GraphQL over HTTP has it. */
function withCode(error: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(error.message, {
    ...(error.nodes ? { nodes: error.nodes.slice(0, maxPlaces) } : {}),
    ...(error.source ? { source: error.source } : {}),
    ...(error.positions ? { positions: error.positions.slice(0, maxPlaces) } : {}),
    extensions: { code, ...error.extensions, http: { spec: error.extensions['code'] === undefined, status: 400 } },
  });
}

function refuse(error: GraphQLError): PreparedDocument {
  return { document: null, errors: [error] };
}
