import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createApiKey } from '../../src/domain/access/create-api-key.ts';
import type { Actor } from '../../src/domain/audit.ts';
import { anonymous, type Scope } from '../../src/domain/caller.ts';
import type { TestService } from './service.ts';

/** Somebody at a console, to whom all is allowed. */
export const operator: Actor = { caller: anonymous, address: null, tell: () => {} };

/** Makes a key, past the gate, and gives its secret. */
export async function makeKey(
  service: Pick<TestService, 'db'>,
  scopes: Scope[],
  more: { pipelines?: string[]; name?: string } = {},
): Promise<{ id: string; secret: string }> {
  const { name = scopes.join(' '), ...rest } = more;
  const { secret, apiKey } = await createApiKey(service.db, operator, { name, scopes, ...rest });
  return { id: apiKey.id, secret };
}

/** An issuer of JWTs with a JWKS on loopback. */
export type Issuer = {
  issuer: string;
  audience: string;
  jwksUrl: string;
  sign(claims: Record<string, unknown>, more?: { audience?: string; expires?: string; kid?: string }): Promise<string>;
  /** From now on it signs with, and publishes, another key. */
  rotate(): Promise<void>;
  /** Whether it answers. */
  isUp: boolean;
  asked: number;
  close(): void;
};

export async function openIssuer(): Promise<Issuer> {
  let keys = await generateKeyPair('ES256');
  let kid = 'first';
  const server = createServer(async (_request, response) => {
    issuer.asked += 1;
    if (!issuer.isUp) return void response.destroy();
    const jwk = { ...(await exportJWK(keys.publicKey)), kid, alg: 'ES256', use: 'sig' };
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const issuer: Issuer = {
    issuer: 'https://sign-in.example.com',
    audience: 'runledger',
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    sign: (claims, { audience = 'runledger', expires = '5m' } = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer('https://sign-in.example.com')
        .setAudience(audience)
        .setSubject('ada')
        .setExpirationTime(expires)
        .sign(keys.privateKey),
    async rotate() {
      keys = await generateKeyPair('ES256');
      kid = `${kid}-next`;
    },
    isUp: true,
    asked: 0,
    close: () => void server.close(),
  };
  return issuer;
}
