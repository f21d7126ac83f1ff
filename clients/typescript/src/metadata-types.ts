import { badInput } from './errors.ts';
import type { MetadataType } from './generated/operations.ts';
import { parseStorageSize } from './storage-size.ts';

/** The same symbol in every copy of this module that a process may have loaded. */
const typeOf = Symbol.for('runledger.metadataType');

/** A value with the type to store it under. Inside a list or dict only the plain value is kept. */
interface Typed<Type extends MetadataType, Value> {
  readonly [typeOf]: Type;
  readonly value: Value;
}

export type Uri = Typed<'URI', string>;
export type Path = Typed<'PATH', string>;
export type DType = Typed<'DTYPE', string>;
export type StorageSize = Typed<'STORAGE_SIZE', number | bigint | string>;
export type Tuple = Typed<'TUPLE', readonly unknown[]>;
export type Float = Typed<'FLOAT', number>;
export type AnyTyped = Uri | Path | DType | StorageSize | Tuple | Float;

/** `plain` is what stands for it in a filter, where there are no types. */
function typed<Type extends MetadataType, Value>(
  type: Type,
  value: Value,
  plain: () => unknown = () => value,
): Typed<Type, Value> {
  return Object.freeze(Object.defineProperty({ [typeOf]: type, value }, 'toJSON', { value: plain }));
}

/** Whether the value was made by one of the functions below. */
export function isTyped(value: object): value is AnyTyped {
  return typeOf in value;
}

/** The type to store a typed value under. */
export function metadataTypeOf(value: AnyTyped): MetadataType {
  return value[typeOf];
}

/** An absolute URI, kept as written: `Uri('s3://bucket/model')`. Throws when it has no scheme. */
export function Uri(uri: string | URL): Uri {
  const text = typeof uri === 'string' ? uri : uri.href;
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(text)) return typed('URI', text);
  throw badInput(
    `Uri(${JSON.stringify(text)}): give an absolute URI, such as "s3://bucket/model"; use Path() for a path.`,
  );
}

/** A path in a file system, kept as written. Throws when it is empty. */
export function Path(path: string): Path {
  if (typeof path === 'string' && path !== '') return typed('PATH', path);
  throw badInput('Path(): give a path that is not empty.');
}

/** The name of a data type, kept as written: `DType('float32')`. Throws when it is empty. */
export function DType(name: string): DType {
  if (typeof name === 'string' && name !== '') return typed('DTYPE', name);
  throw badInput('DType(): give the name of a type, such as "float32".');
}

/**
 * A size in bytes: an integer ≥ 0 (a bigint beyond 2^53), or a text such as `'1.5 GiB'` or `'20 MB'` (kB … PB are powers
 * of 1000, KiB … PiB of 1024). Read back in bytes. Throws for anything else.
 */
export function StorageSize(size: number | bigint | string): StorageSize {
  const fits =
    typeof size === 'string'
      ? parseStorageSize(size) !== null
      : typeof size === 'bigint'
        ? size >= 0n
        : Number.isSafeInteger(size) && size >= 0;
  if (fits) return typed('STORAGE_SIZE', size, () => (typeof size === 'string' ? parseStorageSize(size) : size));
  throw badInput(
    `StorageSize(${String(size)}): give an integer ≥ 0 (a bigint beyond 2^53), or a text such as "1.5 GiB".`,
  );
}

/** An array to store as TUPLE instead of LIST. */
export function Tuple(items: readonly unknown[]): Tuple {
  if (Array.isArray(items)) return typed('TUPLE', items);
  throw badInput('Tuple(): give an array.');
}

/** A number to store as FLOAT even when it is whole: JavaScript cannot tell 1 from 1.0. */
export function Float(number: number): Float {
  if (typeof number === 'number') return typed('FLOAT', number);
  throw badInput('Float(): give a number.');
}
