/**
 * The entry point of the service: `npm start`, or `runledger serve`. graphql-js decides when it is loaded whether to run
 * its development checks, so NODE_ENV is set before anything else is imported.
 */
process.env['NODE_ENV'] ??= 'production';
await import('./process/main.ts');
