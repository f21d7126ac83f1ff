// PostGraphile as its documentation writes it: the Amber preset, the pg adaptor, Grafserv on node:http, no GraphiQL.
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString: process.env['DATABASE_URL'], schemas: ['public'] })],
  grafserv: { graphiql: false, watch: false, websockets: false },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(0, '127.0.0.1', () => console.log(`Ready at http://127.0.0.1:${server.address().port}/graphql`));
process.once('SIGTERM', () => process.exit(0));
