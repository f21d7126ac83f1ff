import { Prisma } from '../../generated/prisma/client.ts';
import { jsonHash } from '../postgres/json-hash.ts';
import { type SortKey, sortNumberDigits, sortTextLength } from '../rows.ts';
import { latestValue } from './latest-source.ts';

/** JSON to be equal to: its text, and what an index knows of it. */
export type Operand = {
  /** Compact JSON. */
  text: string;
} & SortKey;

/**
 * Whether the value of a latest row `l` equals one of the operands as JSON. Equal JSON has equal sort columns, which are
 * in the index; where they are not the whole value, the value itself is compared too. A few conditions, however many
 * operands there are.
 */
export function equalsAnyIndexed(operands: readonly Operand[]): Prisma.Sql {
  const numbers = operands.filter(({ sortClass }) => sortClass === 0);
  const texts = operands.filter(({ sortClass }) => sortClass === 1);
  // A FLOAT that is not a number reads as the text "NaN", "Infinity" or "-Infinity", and is sorted as none.
  const others = operands.filter(({ sortClass, text }) => sortClass === 2 || /^"(NaN|-?Infinity)"$/.test(text));
  const isLongNumber = ({ text }: Operand) => text.length > sortNumberDigits;
  const isLongText = ({ sortText }: Operand) => Array.from(sortText!).length >= sortTextLength;
  const conditions = [
    numberEquals(numbers.filter((operand) => !isLongNumber(operand))),
    and(numberEquals(numbers.filter(isLongNumber)), numbers.filter(isLongNumber)),
    textEquals(texts.filter((operand) => !isLongText(operand))),
    and(textEquals(texts.filter(isLongText)), texts.filter(isLongText)),
    and(hashEquals(others), others),
  ].filter((condition) => condition !== null);
  return conditions.length === 0 ? Prisma.sql`false` : Prisma.sql`(${Prisma.join(conditions, ' OR ')})`;
}

/** `column` equals one of the values, given as texts of an SQL type. */
export function equalsAny(
  column: Prisma.Sql,
  values: readonly string[],
  type: 'text' | 'numeric' | 'jsonb',
): Prisma.Sql {
  if (values.length === 1) return Prisma.sql`${column} = ${values[0]}::text::${Prisma.raw(type)}`;
  return Prisma.sql`${column} = ANY(${values}::text[]::${Prisma.raw(type)}[])`;
}

function numberEquals(operands: Operand[]): Prisma.Sql | null {
  if (operands.length === 0) return null;
  const numbers = operands.map(({ sortNumber }) => sortNumber!);
  return Prisma.sql`(l.sort_class = 0 AND ${equalsAny(Prisma.sql`l.sort_number`, numbers, 'numeric')})`;
}

function textEquals(operands: Operand[]): Prisma.Sql | null {
  if (operands.length === 0) return null;
  const texts = operands.map(({ sortText }) => sortText!);
  return Prisma.sql`(l.sort_class = 1 AND ${equalsAny(Prisma.sql`l.sort_text`, texts, 'text')})`;
}

function hashEquals(operands: Operand[]): Prisma.Sql | null {
  if (operands.length === 0) return null;
  const values = operands.map(({ text }) => text);
  return Prisma.sql`(l.sort_class = 2
    AND l.sort_text = ANY(ARRAY(SELECT ${jsonHash(Prisma.sql`v`)} FROM unnest(${values}::text[]) AS v)))`;
}

/** A condition on the sort columns, and that the whole value is one of the operands. */
function and(condition: Prisma.Sql | null, operands: Operand[]): Prisma.Sql | null {
  if (condition === null) return null;
  const values = operands.map(({ text }) => text);
  return Prisma.sql`(${condition} AND ${equalsAny(latestValue, values, 'jsonb')})`;
}
