// node bench/bare-401.js, by bench/bad-tokens.js: what refuses everybody and does nothing else. What good callers of a service beside it
// notice is the price of the machine: of the sender, of Node, of the kernel.
import { createServer } from 'node:http';

const body = JSON.stringify({ errors: [{ message: 'Who are you?', extensions: { code: 'UNAUTHENTICATED' } }] });
const headers = { 'content-type': 'application/json', 'www-authenticate': 'Bearer', 'content-length': body.length };
const server = createServer((_request, response) => {
  response.writeHead(401, headers).end(body);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') process.send?.(`http://127.0.0.1:${address.port}/graphql`);
});
process.once('disconnect', () => process.exit());
