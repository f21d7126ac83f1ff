import type { ObjectRef } from '@pothos/core';
import { parseEntryId } from '../domain/entry-id.ts';
import { badInput } from '../errors.ts';
import { builder, type SchemaTypes } from './builder.ts';

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;

/** The largest page that is given. */
const maxPageSize = 200;

/** How many rows a page asks for. @throws BAD_USER_INPUT outside 0–200. */
export function pageSize(first: number | null | undefined, byDefault: number): number {
  const size = first ?? byDefault;
  if (size < 0 || size > maxPageSize) throw badInput(`first is ${size}; a page has 0 to ${maxPageSize} rows.`);
  return size;
}

/** A position in a list as an opaque text, which also says of what list, and in what order. */
export function encodeCursor(list: string, ...parts: (string | number | bigint | null)[]): string {
  const texts = parts.map((part) => (typeof part === 'bigint' ? String(part) : part));
  return Buffer.from(JSON.stringify([list, ...texts])).toString('base64url');
}

/**
 * What `encodeCursor` was given; null where there is no cursor.
 * @throws BAD_USER_INPUT for a text that is not a cursor, or a cursor of another list or order.
 */
export function decodeCursor<T extends unknown[]>(
  list: string,
  cursor: string | null | undefined,
  parse: (parts: unknown[]) => T | null,
): T | null {
  if (cursor == null) return null;
  const [of, ...parts] = parseList(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const parsed = of === list ? parse(parts) : null;
  if (parsed) return parsed;
  const isOther = typeof of === 'string' && of !== list;
  const isOtherOrder = isOther && of.split(' ', 1)[0] === list.split(' ', 1)[0];
  if (isOtherOrder) throw badInput('after is a cursor of another order. Begin the list anew, without it.');
  throw badInput(
    `after is ${isOther ? 'a cursor of another list' : 'not a cursor'}. Give the endCursor of a page of this list, or the cursor of one of its edges, as it came.`,
  );
}

function parseList(text: string): unknown[] | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

type Rows<Row> = {
  nodes: Row[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  cursorOf: (row: Row) => string;
  count: () => Promise<number>;
};

/**
 * The prototype of all pages. V8 makes getters that are written in a literal old at once, each time: the rows that they reach
 * would then stay until the next full collection.
 */
const lazily = {
  get edges() {
    const { nodes, cursorOf } = this as unknown as Rows<unknown>;
    return nodes.map((node) => ({ cursor: cursorOf(node), node }));
  },
  get pageInfo() {
    const { nodes, cursorOf, hasNextPage, hasPreviousPage } = this as unknown as Rows<unknown>;
    const cursorAt = (at: number) => (nodes.length === 0 ? null : cursorOf(nodes.at(at)!));
    return { hasNextPage, hasPreviousPage, startCursor: cursorAt(0), endCursor: cursorAt(-1) };
  },
};

/** A page of a connection. `rows` may hold one more than `size`: then there is a next page. */
export function toConnection<Row>(
  rows: Row[],
  size: number,
  after: string | null | undefined,
  cursorOf: (row: Row) => string,
  count: () => Promise<number>,
): Page<Row> {
  const hasNextPage = rows.length > size;
  const page = {
    __proto__: lazily,
    nodes: rows.slice(0, size),
    hasNextPage,
    hasPreviousPage: after != null,
    cursorOf,
    count,
  };
  return page as unknown as Page<Row>;
}

/** The part of a cursor that is an id of an entry, or null. */
export function asId(part: unknown): bigint | null {
  return typeof part === 'string' ? parseEntryId(part) : null;
}

/** The part of a cursor that is a whole number as the database's integers are, or null. */
export function asInteger(part: unknown): number | null {
  return Number.isInteger(part) && Math.abs(part as number) < 2 ** 31 ? (part as number) : null;
}

/** The part of a cursor that is an instant in milliseconds, in the years that a DateTime can have, or null. */
export function asInstant(part: unknown): Date | null {
  if (typeof part !== 'number' || !Number.isFinite(part)) return null;
  const instant = new Date(part);
  const year = instant.getUTCFullYear();
  return year >= 1 && year <= 9999 ? instant : null;
}

/** What the resolver of a connection field gives. */
export type Page<Row> = Pick<Rows<Row>, 'nodes' | 'count'> & {
  readonly edges: { cursor: string; node: Row }[];
  readonly pageInfo: (typeof lazily)['pageInfo'];
};

/** The connection type over a type, with its edge; `totalCount` is counted only when it is asked for. */
export function connectionOf<Row>(type: ObjectRef<Types, Row>, name: string, description: string) {
  return builder.connectionObject(
    {
      type,
      name: `${name}Connection`,
      description,
      fields: (t) => ({
        // Not through the edges, as the plugin's would be: a cursor is worked out only where it is asked for.
        nodes: t.field({ type: [type], resolve: (page) => (page as unknown as Page<Row>).nodes as never }),
        totalCount: t.int({
          description: 'How many there are in all; counted only when it is asked for.',
          resolve: (page) => (page as unknown as Page<Row>).count(),
        }),
      }),
    },
    { name: `${name}Edge`, description: 'One of the list, and its position in it.' },
  );
}
