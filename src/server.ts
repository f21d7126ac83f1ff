/** The service as a library: put it behind a server of your own, or call it without one. */
export { type App, type AppOptions, createApp } from './graphql/app.ts';
export { createHttpServer, type HttpOptions } from './http/server.ts';
export { type Database, type DatabaseOptions, openDatabase } from './storage/postgres/database.ts';
export { MigrationError, migrate } from './storage/postgres/migrate.ts';
