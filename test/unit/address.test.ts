import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { addressOf, trustProxies } from '../../src/http/address.ts';

const of = (remoteAddress: string, forwarded: string | undefined, trusted: string[]) =>
  addressOf(
    { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } } as unknown as IncomingMessage,
    trustProxies(trusted),
  );

test.for([
  ['nobody is trusted: what is said does not count', '9.9.9.9', '1.2.3.4', [], '9.9.9.9'],
  ['a proxy says it', '10.0.0.1', '1.2.3.4', ['10.0.0.1'], '1.2.3.4'],
  ['somebody else does', '9.9.9.9', '1.2.3.4', ['10.0.0.1'], '9.9.9.9'],
  ['what stands before was written by who asks', '10.0.0.1', '6.6.6.6, 1.2.3.4', ['10.0.0.1'], '1.2.3.4'],
  ['a proxy behind a proxy', '10.0.0.1', '6.6.6.6, 1.2.3.4, 10.0.0.2', ['10.0.0.0/8'], '1.2.3.4'],
  ['proxies all the way', '10.0.0.1', '10.0.0.3, 10.0.0.2', ['10.0.0.0/8'], '10.0.0.3'],
  ['a network of IPv6', 'fd00::1', '2001:db8::7', ['fd00::/8'], '2001:db8::7'],
  ['IPv4 over IPv6', '::ffff:10.0.0.1', '::ffff:1.2.3.4', ['10.0.0.1'], '1.2.3.4'],
  ['nothing is said', '10.0.0.1', undefined, ['10.0.0.1'], '10.0.0.1'],
  ['what is said is no address', '10.0.0.1', '<script>, unknown', ['10.0.0.1'], '10.0.0.1'],
  ['an address and what is none', '10.0.0.1', 'x, 1.2.3.4', ['10.0.0.1', '1.2.3.4'], '1.2.3.4'],
  ['one network is not another', '192.168.0.1', '1.2.3.4', ['10.0.0.0/8', '172.16.0.0/12'], '192.168.0.1'],
] as const)('%s', ([_, remote, forwarded, trusted, expected]) => {
  expect(of(remote, forwarded, [...trusted])).toBe(expected);
});

test.for(['proxy.example.com', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0/8', '::/129', 'fd00::/x', '*'])(
  '%s cannot be trusted',
  (item) => expect(() => trustProxies([item])).toThrow(item),
);
