import module from 'node:module';

/**
 * The entry point of the service: `npm start`, or `runledger serve`. graphql-js decides when it is loaded whether to run
 * its development checks, so NODE_ENV is set before anything else is imported.
 * Where Node can (from 22.8 on), it keeps what it has compiled for the next start.
 */
process.env['NODE_ENV'] ??= 'production';
(module as { enableCompileCache?: () => void }).enableCompileCache?.();
await import('./process/main.ts');
