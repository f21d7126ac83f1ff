import { Prisma } from '../../generated/prisma/client.ts';

/**
 * The elements as the text of a Postgres array, to be cast where it is used: `${arrayLiteral(ids)}::uuid[]`. Prisma and the
 * driver take one text whole, while they go through every element of an array, several times.
 */
export function arrayLiteral(elements: readonly (string | number | bigint | boolean | null)[]): string {
  let text = '{';
  for (let index = 0; index < elements.length; index += 1) {
    const element = elements[index]!;
    if (index > 0) text += ',';
    text += typeof element === 'string' ? quoted(element) : element === null ? 'NULL' : String(element);
  }
  return `${text}}`;
}

const special = /["\\]/;
function quoted(text: string) {
  return special.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
}

/**
 * A column of the items as an array whose length the planner does not know. Knowing it, Postgres plans a prepared
 * statement anew for every short array, which takes it several times as long as the look-up itself.
 */
export function columnOf<Item>(
  items: readonly Item[],
  type: 'uuid' | 'text' | 'bigint' | 'int' | 'bool',
  pick: (item: Item) => string | number | bigint | boolean | null,
): Prisma.Sql {
  return Prisma.sql`(SELECT ${arrayLiteral(items.map(pick))}::${Prisma.raw(type)}[])`;
}
