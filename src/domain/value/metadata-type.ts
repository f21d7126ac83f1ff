/** What a metadata value is, as the writer said or as it was inferred. */
export type MetadataType =
  | 'STRING'
  | 'INT'
  | 'FLOAT'
  | 'BOOLEAN'
  | 'NULL'
  | 'LIST'
  | 'DICT'
  | 'SET'
  | 'TUPLE'
  | 'URI'
  | 'PATH'
  | 'DTYPE'
  | 'STORAGE_SIZE';
