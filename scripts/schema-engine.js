// Prisma's schema engine, as WebAssembly, on a throw-away Postgres. Needs a build: the embedded Postgres comes from dist.
// The native engine that `prisma migrate` uses is a download; this one came with npm.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

const require = createRequire(import.meta.url);
// It belongs to the adapter: what turns the adapter's exceptions into values has to be of the adapter's version.
const { bindMigrationAwareSqlAdapterFactory } = createRequire(require.resolve('@prisma/adapter-pg'))(
  '@prisma/driver-adapter-utils',
);

const root = fileURLToPath(new URL('..', import.meta.url));
const schemaFile = join(root, 'prisma/schema.prisma');
export const migrationsFolder = join(root, 'prisma/migrations');

/**
 * What takes a database with all migrations to prisma/schema.prisma: as SQL with `script`, else in words; null when
 * nothing does. Compares what a Prisma schema can say: checks, collations and storage settings are left alone.
 */
export async function diffMigrationsToSchema({ script }) {
  const { openEmbedded, migrate } = await built();
  const dataDir = join(tmpdir(), `runledger-schema-${randomBytes(5).toString('hex')}`);
  const postgres = await openEmbedded({ dataDir, durable: false });
  try {
    const { host, port, user, password, database } = postgres.connection;
    await migrate(
      `postgresql://${user}:${password}@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`,
    );
    return await diffToSchema(postgres.connection, script);
  } finally {
    await postgres.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function built() {
  const storage = new URL('../dist/storage/', import.meta.url);
  if (!existsSync(storage)) throw new Error('There is no dist/ yet: run "npm run build" first.');
  const [{ openEmbedded }, { migrate }] = await Promise.all(
    ['embedded/open.js', 'postgres/migrate.js'].map((name) => import(new URL(name, storage).href)),
  );
  return { openEmbedded, migrate };
}

async function diffToSchema(connection, script) {
  const pool = new pg.Pool(connection);
  try {
    const engine = await openEngine(pool);
    const files = [{ path: schemaFile, content: readFileSync(schemaFile, 'utf8') }];
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', files, configDir: root },
      to: { tag: 'schemaDatamodel', files },
      script,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    });
    return exitCode === 2 ? stdout : null;
  } finally {
    await pool.end();
  }
}

// Types of Postgres and of Prisma's adapter, by their numbers.
const char = { oid: 18, columnType: 6 };
const charArray = { oid: 1002, columnType: 70 };

/**
 * The adapter refuses the type "char", which the catalogs are full of, though it knows lists of it and the engine knows
 * both: so they are announced to the adapter as lists, which no catalog that the engine reads has, and renamed after it.
 */
function openAdapter(pool) {
  const query = pool.query.bind(pool);
  pool.query = async (...args) => {
    const result = await query(...args);
    for (const field of result.fields) if (field.dataTypeID === char.oid) field.dataTypeID = charArray.oid;
    return result;
  };
  const factory = new PrismaPg(pool);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (statement) => {
      const result = await queryRaw(statement);
      const rename = (type) => (type === charArray.columnType ? char.columnType : type);
      return { ...result, columnTypes: result.columnTypes.map(rename) };
    };
    return adapter;
  };
  return bindMigrationAwareSqlAdapterFactory(factory);
}

/** The package's own entry imports the .wasm file, which bundlers understand and Node does not: so it is loaded by hand. */
async function openEngine(pool) {
  const wasm = join(dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')), 'schema_engine_bg.wasm');
  const { instance } = await WebAssembly.instantiate(readFileSync(wasm), { './schema_engine_bg.js': engineModule });
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => process.stderr.write(`${message}\n`) };
  engineModule.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return engineModule.SchemaEngine.new({ datamodels: undefined }, () => {}, openAdapter(pool));
}
