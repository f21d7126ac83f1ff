// Writes schema.graphql from the built code.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printSchema } from 'graphql';
import { schema } from '../dist/schema/index.js';

writeFileSync(fileURLToPath(new URL('../schema.graphql', import.meta.url)), `${printSchema(schema)}\n`);
