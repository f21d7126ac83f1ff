import { createHash } from 'node:crypto';
import type { RunListRow, RunOrder, RunPosition } from '../storage/runs/run-list.ts';
import { asInstant, decodeCursor, encodeCursor } from './connection.ts';

/** Tells orders from one another in a cursor, which is a position in one of them only. */
export function nameOf(order: RunOrder): string {
  if (order.by !== 'metadata') return `runs ${order.by} ${order.descending ? 'DESC' : 'ASC'}`;
  return `runs ${createHash('sha256').update(JSON.stringify(order)).digest('base64url').slice(0, 12)}`;
}

export function cursorOf(order: string, row: RunListRow): string {
  const { id, startedAt, endedAt, name, sortClass = 3, sortNumber = null, sortText = null } = row;
  return encodeCursor(
    order,
    id,
    startedAt.getTime(),
    name,
    sortClass,
    sortNumber,
    sortText,
    endedAt?.getTime() ?? null,
  );
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** No more digits than a `numeric` of Postgres has room for. */
const decimal = /^-?\d{1,131072}(\.\d{1,16383})?$/;

/** @throws BAD_USER_INPUT for a text that is not a cursor of this list and order. */
export function positionOf(order: string, cursor: string | null | undefined): RunPosition | null {
  const parsed = decodeCursor(
    order,
    cursor,
    ([id, time, name, sortClass, sortNumber, sortText, end]): [RunPosition] | null => {
      const startedAt = asInstant(time);
      const endedAt = asInstant(end);
      if (typeof id !== 'string' || !uuid.test(id) || !startedAt || typeof name !== 'string' || name.includes('\0'))
        return null;
      const position = { id, startedAt, endedAt, name };
      if (sortClass === 3) return [{ ...position, sortClass }];
      if (sortClass === 0 && typeof sortNumber === 'string' && decimal.test(sortNumber))
        return [{ ...position, sortClass, sortNumber }];
      const isText = typeof sortText === 'string' && !sortText.includes('\0');
      if ((sortClass === 1 || sortClass === 2) && isText) return [{ ...position, sortClass, sortText }];
      return null;
    },
  );
  return parsed?.[0] ?? null;
}
