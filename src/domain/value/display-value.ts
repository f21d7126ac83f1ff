import type { MetadataType } from '../../storage/rows.ts';
import { firstCodePoints } from './quote.ts';
import { formatStorageSize } from './storage-size.ts';

const maxTextCodePoints = 200;
const maxLine = 120;

/**
 * A stored value as a person would write it: `1.5 GiB`, `0.913`, `s3://bucket/model`. Texts are shortened at 200
 * characters, lists and objects to one line of 120; a float has at most 6 significant digits, an integer all of its.
 */
export function displayValue(type: MetadataType, text: string): string {
  switch (type) {
    case 'STRING':
    case 'URI':
    case 'PATH':
    case 'DTYPE':
      return shortened(JSON.parse(text) as string);
    case 'FLOAT':
      return text.startsWith('"') ? (JSON.parse(text) as string) : formatFloat(Number(text));
    case 'STORAGE_SIZE':
      return formatStorageSize(text);
    case 'SET':
      return oneLine(text, '{', '}');
    case 'TUPLE':
      return oneLine(text, '(', ')');
    case 'LIST':
      return oneLine(text, '[', ']');
    case 'DICT':
      return oneLine(text, '{', '}');
    default:
      return text;
  }
}

/** The nearest double to a stored INT, FLOAT or STORAGE_SIZE; null for other types, and when no finite one is near. */
export function numberValue(type: MetadataType, text: string): number | null {
  if (type !== 'INT' && type !== 'FLOAT' && type !== 'STORAGE_SIZE') return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function shortened(text: string): string {
  const start = firstCodePoints(text, maxTextCodePoints);
  return start.length < text.length ? `${start}…` : text;
}

function formatFloat(value: number): string {
  if (Object.is(value, -0)) return '-0';
  const rounded = Number(value.toPrecision(6));
  const large = Math.abs(rounded) >= 1e15 || (Math.abs(rounded) >= 1e6 && rounded !== value);
  return large ? rounded.toExponential() : `${rounded}`;
}

/** Compact JSON with spaces after commas and colons, and other brackets around it; cut where the line is full. */
function oneLine(text: string, open: string, close: string): string {
  let line = open;
  let inString = false;
  for (let at = 1; at < text.length - 1 && line.length <= maxLine; at++) {
    const character = text.charAt(at);
    line += character;
    if (character === '\\') line += text.charAt(++at);
    else if (character === '"') inString = !inString;
    else if (!inString && (character === ',' || character === ':')) line += ' ';
  }
  line += close;
  return line.length <= maxLine ? line : `${line.slice(0, maxLine - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
