import { type MetadataKeyRow, listMetadataKeys as selectMetadataKeys } from '../storage/counts/keys.ts';
import type { Writer } from '../storage/postgres/database.ts';
import { mayBeInName, normalizeName } from './names.ts';
import { maxQualifiedBytes } from './qualified-key.ts';
import { refreshCounts } from './refresh-counts.ts';
import { textRange } from './text-range.ts';
import { isStorableText } from './value/storable.ts';

export type ListMetadataKeys = {
  pipeline?: string | null | undefined;
  prefix?: string | null | undefined;
  qualified: boolean;
  after: string | null;
  take: number;
};

/** The keys in use, by key, of the runs of one pipeline or of all; a text that no key or pipeline can have finds none. */
export async function listMetadataKeys(db: Writer, asked: ListMetadataKeys): Promise<MetadataKeyRow[]> {
  const { qualified, after, take } = asked;
  const prefix = normalizeName(asked.prefix ?? '');
  const pipeline = asked.pipeline == null ? '' : normalizeName(asked.pipeline);
  if (!isStorableText(prefix) || Buffer.byteLength(prefix) > maxQualifiedBytes) return [];
  if (!mayBeInName(pipeline) || asked.pipeline === '') return [];
  await refreshCounts(db);
  return selectMetadataKeys(db, { pipeline, qualified, range: prefix === '' ? null : textRange(prefix), after, take });
}
