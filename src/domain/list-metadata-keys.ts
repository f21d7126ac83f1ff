import { type MetadataKeyRow, listMetadataKeys as selectMetadataKeys } from '../storage/entries/metadata-keys.ts';
import type { Reader } from '../storage/postgres/database.ts';
import { normalizeName } from './names.ts';
import { textRange } from './text-range.ts';
import { isStorableText } from './value/storable.ts';

/** The keys in use, by key, of the runs of one pipeline or of all; a text that no key or pipeline can have finds none. */
export async function listMetadataKeys(
  db: Reader,
  asked: { pipeline?: string | null | undefined; prefix?: string | null | undefined; take: number },
): Promise<MetadataKeyRow[]> {
  const prefix = asked.prefix?.normalize('NFC') ?? '';
  const pipeline = asked.pipeline == null ? null : normalizeName(asked.pipeline);
  if (!isStorableText(prefix) || (pipeline !== null && !isStorableText(pipeline))) return [];
  return selectMetadataKeys(db, { pipeline, range: prefix === '' ? null : textRange(prefix), take: asked.take });
}
