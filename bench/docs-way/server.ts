import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import { createYoga } from 'graphql-yoga';
import { PrismaClient } from './dist/generated/prisma/client.ts';
import { buildSchema } from './schema.ts';

// Yoga and Prisma as their documentation sets them up; no GraphiQL, no logging, NODE_ENV=production.
const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: process.env['DATABASE_URL']!, options: '-c TimeZone=UTC' }),
});
const yoga = createYoga({ schema: buildSchema(prisma), graphiql: false, logging: false });
const server = createServer(yoga);
server.listen(0, '127.0.0.1', () => {
  console.log(`Ready at http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
});
process.once('SIGTERM', () => process.exit(0));
