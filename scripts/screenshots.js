// Takes the pictures of docs/screenshots: a service of its own, filled with the demo, in a Chromium.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { liveRun } from './demo/live.js';
import { ask } from './demo/send.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'docs/screenshots');
const desktop = { width: 1280, height: 760 };
const phone = { width: 390, height: 780 };

const tuned = 'tune-7b-78,tune-7b-80,tune-7b-81,tune-7b-83,tune-7b-85';
const columns = 'state,started,took,pipeline,loss,auc,perplexity,config["lr"]';
const filter = encodeURIComponent('pipeline:sweep accuracy>=0.9');
const axes = 'lr,dropout,loss,accuracy';
const curves = 'train::loss,train::grad_norm,train::lr';

/** What is taken of each page, in both themes, on a desktop and on a phone: an address for each, and keys to press. */
const pages = {
  runs: {
    desktop: [`/runs?q=pipeline:finetune,churn,live&cols=${columns}`, 'x', 'j', 'x', 'j'],
    phone: ['/runs?cols=state,accuracy,f1,size&q=pipeline:iris,finetune,churn has:accuracy'],
  },
  peek: {
    desktop: [
      '/runs?q=pipeline:finetune loss<1.3&sort=loss&cols=state,started,took,loss,perplexity,config["lr"]&peek=tune-7b-12',
    ],
  },
  run: { desktop: ['/runs/{churn}?key=train::auc'], phone: ['/runs/{churn}'] },
  'running-run': { desktop: ['/runs/live-demo?key=train::loss'], phone: ['/runs/live-demo?key=train::loss'] },
  compare: { desktop: [`/compare?runs=${tuned}&base=tune-7b-80`], phone: [`/compare?runs=${tuned}`] },
  curves: {
    desktop: [`/curves?runs=${tuned}&y=${curves}&ema=0.85`],
    phone: [`/curves?runs=${tuned}&y=${curves}&ema=0.85`],
  },
  parallel: {
    desktop: [`/runs?q=${filter}&view=parallel&cols=${axes}`],
    phone: [`/runs?q=${filter}&view=parallel&cols=lr,loss,accuracy`],
  },
  scatter: {
    desktop: [`/runs?q=pipeline:sweep&view=scatter&cols=state,${axes}&x=lr&y=accuracy`],
    phone: [`/runs?q=pipeline:sweep&view=scatter&cols=state,${axes}&x=lr&y=accuracy`],
  },
};
const shots = Object.entries(pages).flatMap(([page, devices]) =>
  Object.entries(devices).flatMap(([device, [path, ...keys]]) =>
    ['light', 'dark'].map((scheme) => ({
      name: `${device === 'phone' ? 'phone-' : ''}${page}-${scheme}`,
      path,
      keys,
      scheme,
      viewport: device === 'phone' ? phone : desktop,
    })),
  ),
);

/** A service in a process of its own, over a database that is thrown away. */
async function startService() {
  const data = mkdtempSync(join(tmpdir(), 'runledger-screenshots-'));
  // As root, Postgres runs as another user, who has to pass through.
  chmodSync(data, 0o711);
  const env = { ...process.env, PORT: '0', RUNLEDGER_DATA_DIR: data, LOG_LEVEL: 'silent', DATABASE_URL: '' };
  const child = spawn(process.execPath, [join(root, 'dist/main.js')], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const stop = async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
    rmSync(data, { recursive: true, force: true });
  };
  return { origin: new URL(/https?:\S+/.exec(line)[0]).origin, stop };
}

async function fill(origin) {
  const demo = spawn(process.execPath, [join(root, 'scripts/demo/main.js'), '--sweeps=300'], {
    env: { ...process.env, RUNLEDGER_URL: origin },
    stdio: 'inherit',
  });
  const [code] = await once(demo, 'exit');
  if (code !== 0) throw new Error('The demo could not be filled in.');
}

const service = await startService();
try {
  await fill(service.origin);
  const send = (query, variables) => ask(`${service.origin}/graphql`, query, variables);
  const running = liveRun(send, { name: 'live-demo', points: 400, everyMs: 250 });
  running.catch(() => {});
  // A run in which a step was tried again.
  const { pipelineRuns } = await send(
    '{ pipelineRuns(first: 40, filter: { pipeline: "churn", status: [COMPLETED] }) { nodes { name steps(includeRetried: true) { nodes { attempt } } } } }',
  );
  const churn = pipelineRuns.nodes.find(({ steps }) => steps.nodes.some(({ attempt }) => attempt > 1)).name;
  // Until the run that runs has something to show.
  await pause(30_000);
  mkdirSync(folder, { recursive: true });
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  for (const { name, path, keys, scheme, viewport } of shots) {
    const context = await browser.newContext({ viewport, colorScheme: scheme });
    const page = await context.newPage();
    await page.goto(service.origin + path.replace('{churn}', churn));
    await page.getByRole('banner').getByText('live', { exact: true }).waitFor({ timeout: 60_000 });
    await pause(2_500);
    for (const key of keys) await page.keyboard.press(key);
    await pause(200);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await context.close();
    console.log(`docs/screenshots/${name}.png`);
  }
  await browser.close();
} finally {
  await service.stop();
}
