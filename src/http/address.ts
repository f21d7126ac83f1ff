import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Proxies whose X-Forwarded-For is believed. */
export type TrustedProxies = { has(address: string): boolean };

/** Of addresses and networks (`10.0.0.0/8`). @throws RangeError naming what is neither. */
export function trustProxies(list: readonly string[]): TrustedProxies {
  // To look up an address makes an object of it, which takes microseconds of each request, good or bad.
  if (list.length === 0) return { has: () => false };
  const trusted = new BlockList();
  for (const item of list) {
    const [address = '', bits, more] = item.split('/');
    const version = isIP(address);
    const most = version === 6 ? 128 : 32;
    const isNetwork = bits !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= most && more === undefined;
    if (version === 0 || (bits !== undefined && !isNetwork))
      throw new RangeError(`${JSON.stringify(item)}, which is neither an address nor a network such as 10.0.0.0/8`);
    if (bits === undefined) trusted.addAddress(address, familyOf(address));
    else trusted.addSubnet(address, Number(bits), familyOf(address));
  }
  return { has: (address) => isIP(address) !== 0 && trusted.check(address, familyOf(address)) };
}

/**
 * The address that a request comes from: that of the connection, or what a proxy that is trusted says in X-Forwarded-For. Of
 * that list the last counts that is not such a proxy itself: what stands before it anybody can have written.
 */
export function addressOf(request: IncomingMessage, trustedProxies: TrustedProxies): string {
  let address = plain(request.socket.remoteAddress ?? '');
  if (!trustedProxies.has(address)) return address;
  const forwarded = request.headers['x-forwarded-for'];
  const hops = (Array.isArray(forwarded) ? forwarded.join() : (forwarded ?? ''))
    .split(',')
    .map((hop) => plain(hop.trim()));
  for (const hop of hops.reverse()) {
    // What is no address was not written by a proxy that can be trusted to write one.
    if (isIP(hop) === 0) break;
    address = hop;
    if (!trustedProxies.has(hop)) break;
  }
  return address;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** An IPv4 address that comes over IPv6 is that address. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
