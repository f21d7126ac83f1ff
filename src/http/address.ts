import type { IncomingMessage } from 'node:http';

/**
 * The address that a request comes from: that of the connection, or what a proxy that is trusted says in X-Forwarded-For. Of
 * that list the last counts that is not such a proxy itself: what stands before it anybody can have written.
 */
export function addressOf(request: IncomingMessage, trustedProxies: readonly string[]): string {
  let address = plain(request.socket.remoteAddress ?? '');
  if (!trustedProxies.includes(address)) return address;
  const forwarded = request.headers['x-forwarded-for'];
  const hops = (Array.isArray(forwarded) ? forwarded.join() : (forwarded ?? ''))
    .split(',')
    .map((hop) => plain(hop.trim()));
  for (const hop of hops.reverse()) {
    if (hop === '') break;
    address = hop;
    if (!trustedProxies.includes(hop)) break;
  }
  return address;
}

/** An IPv4 address that comes over IPv6 is that address. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
