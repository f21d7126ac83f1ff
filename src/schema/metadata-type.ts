import { MetadataType } from '../generated/prisma/enums.ts';
import { builder } from './builder.ts';

export const MetadataTypeRef = builder.enumType(MetadataType, {
  name: 'MetadataType',
  description:
    'What a value is. STRING to DICT are told from the JSON; SET, TUPLE, URI, PATH, DTYPE and STORAGE_SIZE are said by the writer.',
});

export const MetadataScopeRef = builder.enumType('MetadataScope', {
  description: 'Whose entries: those of the run itself, those of its steps, or all.',
  values: ['ALL', 'RUN', 'STEPS'] as const,
});
