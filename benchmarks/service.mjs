// Measures the service as a whole, with its private PostgreSQL and the local GitHub, on loopback:
//   node benchmarks/service.mjs latency --bin build/bin [--rounds 200]   from a push's webhook to the waiting lease's answer
//   node benchmarks/service.mjs memory --bin build/bin                  resident memory of the idle service alone
// Prints a table and, last, `RESULT {"p50_ms","p99_ms"}` or `RESULT {"resident_mb"}`. Exit status 1: could not measure.
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Children } from '../demo/children.mjs';
import { control, join_token, start_github, start_service, temporary_folder } from '../demo/surroundings.mjs';

const repository = { owner: 'maintainer', name: 'engine' };
const labels = ['bare-metal', 'x86_64'];
const settle_ms = 10_000; // idle memory is read after start-up work is over
const parked_ms = 150; // a lease request that the service holds has surely reached it by then
const round_limit_ms = 30_000;

const options = { bin: { type: 'string', default: 'build/bin' }, rounds: { type: 'string', default: '200' } };
const { positionals, values } = parseArgs({ allowPositionals: true, options });
const bin = path.resolve(values.bin);
const folder = temporary_folder('benchgate-bench-');
const children = new Children(path.join(folder, 'logs'));
const parts = { latency, memory };

process.exitCode = await main();

async function main() {
  const part = parts[positionals[0]];
  if (!part) {
    console.error(`usage: node benchmarks/service.mjs ${Object.keys(parts).join('|')} [--bin DIR] [--rounds N]`);
    return 2;
  }
  try {
    console.log(`RESULT ${JSON.stringify(await Promise.race([part(), children.failed]))}`);
    return 0;
  } catch (error) {
    console.error(`${positionals[0]}: ${error.message}\n${children.tails().join('\n')}`);
    return 1;
  } finally {
    await children.end();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function memory() {
  await start_service(children, { bin, folder, github: await start_github(children, folder) });
  await pause(settle_ms);
  const status = fs.readFileSync(`/proc/${children.pid('service')}/status`, 'utf8');
  const read = (key) => Number(status.match(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm'))[1]) / 1024;
  const row = { 'resident MB': read('VmRSS'), 'of it private': read('RssAnon'), 'highest MB': read('VmHWM') };
  console.table([Object.fromEntries(Object.entries(row).map(([key, value]) => [key, Number(value.toFixed(1))]))]);
  return { resident_mb: row['resident MB'] };
}

async function latency() {
  const deliveries = await start_mailbox();
  const github = await start_github(children, folder);
  await control(github, 'POST', '/webhook', { url: deliveries.url });
  const work = make_repository();
  await control(github, 'POST', '/repositories', { ...repository, path: work, collaborators: {} });
  const service = await start_service(children, { bin, folder, github });
  const runner = await register(service);
  const times = [];
  for (let round = 0; round < Number(values.rounds); ++round) {
    commit(work, `change ${round}`);
    const { sha } = await control(github, 'POST', '/commits', { ...repository, path: work, head: 'main' });
    const push = await deliveries.next((one) => one.event === 'push' && one.after === sha);
    const lease = post(`${service.url}/runner/v1/leases`, runner.headers, runner.request());
    await pause(parked_ms);
    const began = performance.now();
    const accepted = await post(`${service.url}/webhooks/github`, push.headers, push.body);
    const accepted_ms = performance.now() - began;
    const answer = await Promise.race([lease, pause(round_limit_ms, undefined, { ref: false })]);
    const leased_ms = performance.now() - began;
    if (accepted.status !== 202) throw new Error(`the webhook was answered ${accepted.status}`);
    if (answer?.status !== 200) throw new Error(`the lease request was answered ${answer?.status ?? 'nothing'}`);
    if (answer.value.spec.head.sha !== sha) throw new Error('the lease is for another commit');
    times.push({ accepted_ms, leased_ms });
  }
  return summary(times);
}

function summary(times) {
  const row = (name, list) => {
    const sorted = [...list].sort((a, b) => a - b);
    const at = (share) => Number(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)].toFixed(1));
    return { from: 'webhook sent', to: name, rounds: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99) };
  };
  const leased = row('lease answered, ms', times.map((one) => one.leased_ms));
  console.table([row('webhook accepted, ms', times.map((one) => one.accepted_ms)), leased]);
  return { p50_ms: leased.p50, p99_ms: leased.p99 };
}

/// Takes the deliveries that the local GitHub sends, so that the clock starts where this program sends them on.
function start_mailbox() {
  const waiting = [];
  let wake = () => {};
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const { host, connection, 'content-length': length, ...headers } = request.headers;
      waiting.push({ event: headers['x-github-event'], after: JSON.parse(body).after, headers, body });
      response.writeHead(202).end();
      wake();
    });
  });
  server.unref();
  const next = async (fits) => {
    for (;;) {
      const found = waiting.splice(0).find(fits);
      if (found) return found;
      await new Promise((resolve) => (wake = resolve));
    }
  };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ url: `http://127.0.0.1:${server.address().port}/`, next }));
  });
}

function git(work, ...words) {
  const who = ['-c', 'user.name=Maintainer', '-c', 'user.email=maintainer@example.org'];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  execFileSync('git', ['-C', work, ...who, ...words], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

function commit(work, message) {
  fs.writeFileSync(path.join(work, 'change.txt'), `${message}\n`);
  git(work, 'add', '--all');
  git(work, 'commit', '--quiet', '--message', message);
}

function make_repository() {
  const work = path.join(folder, 'engine');
  fs.mkdirSync(work);
  const suite = { on: { push: { branches: ['main'] } }, run: 'build/bench', format: 'google-benchmark' };
  fs.writeFileSync(path.join(work, '.benchgate.yml'), JSON.stringify({ host_class: labels, suites: { micro: suite } }));
  git(work, 'init', '--quiet', '--initial-branch=main');
  commit(work, 'first');
  return work;
}

async function register({ url, env }) {
  const token = await join_token(children, { bin, env, name: 'bench' });
  const { publicKey } = crypto.generateKeyPairSync('ed25519');
  const public_key = publicKey.export({ type: 'spki', format: 'pem' });
  const request_id = crypto.randomUUID();
  const registration = { request_id, join_token: token, labels, public_key, version: 'bench', protocol: 1 };
  const { status, value } = await post(`${url}/runner/v1/register`, {}, registration);
  if (status !== 201) throw new Error(`the runner was not registered: ${status} ${value.message}`);
  const boot_id = crypto.randomUUID();
  const request = () => ({ request_id: crypto.randomUUID(), boot_id, labels, facts: [], wait_s: 25, protocol: 1 });
  return { headers: { authorization: `Bearer ${value.token}` }, request };
}

async function post(url, headers, body) {
  const bytes = Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const all = { 'content-type': 'application/json', ...headers };
  const answer = await fetch(url, { method: 'POST', headers: all, body: bytes });
  const text = await answer.text();
  return { status: answer.status, value: text.startsWith('{') ? JSON.parse(text) : {} };
}
