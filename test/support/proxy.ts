import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';

/** A wire between the service and its database that can be cut. */
export type CuttableWire = {
  /** The same database, through the proxy. */
  url: string;
  /** Carries everything (at first, and again). */
  pass(): Promise<void>;
  /** Cuts what is open and lets nobody connect. */
  refuse(): Promise<void>;
  /** Lets everybody connect, and what is open stay open, but carries nothing any more. */
  hang(): void;
  /** Cuts what is open; who connects again is carried. */
  cut(): void;
  /** Carries everything so much later from now on; 0 for at once. */
  delay(ms: number): void;
  /** What is open now carries requests but no answers any more; who connects from now on is carried. */
  swallow(): void;
  /** Cuts what is open; who connects again is carried to another database. */
  redirect(url: string): void;
  close(): Promise<void>;
};

/** Listens on a free loopback port for the database at `url`, which may be a socket in a folder. */
export async function openProxy(url: string): Promise<CuttableWire> {
  let target = new URL(url);
  const sockets = new Set<Socket>();
  let hanging = false;
  let delayMs = 0;
  /** Databases whose answers go nowhere. */
  const swallowed = new Set<Socket>();
  const databases = new Set<Socket>();
  let server = null as Server | null;
  let port = 0;

  const carry = (client: Socket) => {
    const database = connect(addressOf(target));
    databases.add(database);
    database.on('close', () => databases.delete(database));
    for (const [from, to] of [
      [client, database],
      [database, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => {
        if (hanging || swallowed.has(from)) return;
        if (delayMs === 0) to.write(bytes);
        else setTimeout(() => to.destroyed || to.write(bytes), delayMs);
      });
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        if (!hanging) to.destroy();
      });
    }
  };
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const pass = async () => {
    hanging = false;
    if (server) return;
    server = createServer(carry).listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  const refuse = async () => {
    hanging = false;
    const closed = server && once(server, 'close');
    server?.close();
    server = null;
    cut();
    await closed;
  };

  await pass();
  const own = new URL(url);
  own.search = '';
  own.hostname = '127.0.0.1';
  own.port = String(port);
  return {
    url: own.href,
    pass,
    refuse,
    hang: () => {
      hanging = true;
    },
    cut,
    delay: (ms) => {
      delayMs = ms;
    },
    swallow: () => {
      for (const database of databases) swallowed.add(database);
    },
    redirect: (to) => {
      target = new URL(to);
      cut();
    },
    close: refuse,
  };
}

function addressOf(url: URL): NetConnectOpts {
  const port = Number(url.searchParams.get('port') ?? (url.port || 5432));
  const host = url.searchParams.get('host') ?? url.hostname;
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
}
