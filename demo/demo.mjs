// Owns the demonstration: a local GitHub, the service, one runner and a pull request that slows two benchmarks, from
// nothing to the comment. Everything lives in one temporary folder and on loopback, and ends with the demo.
//
//   node demo/demo.mjs --bin build/bin
//
// A person may look around until Ctrl-C. With CI=true it ends by itself: 0 if the outcome is exactly what it must be,
// else 1.
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Children } from './children.mjs';
import { check_of, differences, print_outcome, progress_line } from './outcome.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const repository = { owner: 'maintainer', name: 'textkit' };
const time_limit_ms = 15 * 60_000;
const ready_limit_ms = 120_000;
const comment_limit_ms = 60_000;
const settle_ms = 3_000; // a second comment, which must not come, would come at once
const poll_ms = 1_000;
const began = Date.now();

const { values } = parseArgs({ options: { bin: { type: 'string' } } });
if (!values.bin) {
  console.error('usage: node demo/demo.mjs --bin DIR');
  process.exit(2);
}
const bin = path.resolve(values.bin);
const is_ci = process.env.CI === 'true';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'benchgate-demo-'));
fs.chmodSync(folder, 0o711); // the private PostgreSQL may run as another user and must reach its own folder inside
const children = new Children(path.join(folder, 'logs'));
const interrupted = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve('interrupted'));
});

process.exit(await main());

async function main() {
  let status = 1;
  try {
    const limit = pause(time_limit_ms, undefined, { ref: false }).then(() => {
      throw new Error(`not done after ${time_limit_ms / 60_000} minutes`);
    });
    limit.catch(() => {});
    const outcome = await Promise.race([demonstrate(), limit, children.failed, interrupted]);
    if (outcome === 'interrupted') return 130;
    const wrong = differences(outcome);
    for (const line of wrong) console.error(`WRONG: ${line}`);
    status = wrong.length > 0 ? 1 : 0;
    if (!is_ci) await look_around();
  } catch (error) {
    console.error(`\nThe demo failed: ${error.message}`);
  } finally {
    if (status === 1) console.error(children.tails().join('\n'));
    await children.end();
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return status;
}

async function demonstrate() {
  const work = make_repository();
  say('starting the local GitHub');
  const start = path.join(here, '../tests/local_github/start.mjs');
  const words = [start, '--state', path.join(folder, 'github')];
  const github = JSON.parse(await children.start('github', process.execPath, words, { ready: true }));
  await control(github, 'POST', '/repositories', {
    ...repository,
    path: work,
    collaborators: { contributor: 'push' },
  });
  const service = await start_service(github);
  await control(github, 'POST', '/webhook', { url: `${service.url}/webhooks/github` });
  await start_runner(service);
  const title = 'Intern names without a second copy, sort scores in one go';
  const request = { ...repository, path: work, head: 'simpler', title, as: 'contributor' };
  const { number } = await control(github, 'POST', '/pulls', request);
  say(`pull request #${number} is open: ${title}`);
  return follow(github, service, number);
}

/// The library on main, the change on the branch `simpler`.
function make_repository() {
  const work = path.join(folder, 'textkit');
  const identity = ['NAME', 'EMAIL'].flatMap((what) =>
    ['AUTHOR', 'COMMITTER'].map((who) => [
      `GIT_${who}_${what}`,
      what === 'NAME' ? 'Contributor' : 'contributor@example.org',
    ]),
  );
  const env = {
    ...process.env,
    ...Object.fromEntries(identity),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
  };
  const git = (...words) =>
    execFileSync('git', ['-C', work, ...words], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  fs.cpSync(path.join(here, 'library'), work, { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Text tools and their benchmarks');
  git('checkout', '--quiet', '-b', 'simpler');
  fs.cpSync(path.join(here, 'change'), work, { recursive: true });
  git('commit', '--quiet', '--all', '--message', 'Intern names without a second copy, sort scores in one go');
  return work;
}

async function start_service(github) {
  const listen = `127.0.0.1:${await free_port()}`;
  const url = `http://${listen}`;
  const env = {
    BENCHGATE_LISTEN: listen,
    BENCHGATE_STATE_DIR: path.join(folder, 'service'),
    BENCHGATE_GITHUB_URL: github.api,
    BENCHGATE_GITHUB_GIT_URL: github.git,
    BENCHGATE_APP_ID: String(github.app_id),
    BENCHGATE_PRIVATE_KEY_FILE: github.private_key_file,
    BENCHGATE_WEBHOOK_SECRET: github.webhook_secret,
    BENCHGATE_ADMIN_TOKEN: crypto.randomBytes(24).toString('hex'),
  };
  say('starting the service and its private PostgreSQL');
  children.start('service', path.join(bin, 'benchgate-service'), [], { env });
  const ready = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(ready, ready_limit_ms, 'the service did not become ready');
  return { url, env };
}

async function start_runner({ url, env }) {
  const token = await children.run('runner-token', path.join(bin, 'benchgate-service'), ['runner-token', 'demo'], {
    env,
  });
  const file = path.join(folder, 'runner.token');
  fs.writeFileSync(file, token, { mode: 0o600 });
  say('starting one runner');
  const words = [
    '--service',
    url,
    '--token-file',
    file,
    '--labels',
    'bare-metal,x86_64',
    '--work',
    path.join(folder, 'runner'),
  ];
  children.start('runner', path.join(bin, 'benchgate-runner'), words);
}

/// Shows what the check says until it is complete and the comment stands; answers all that `differences` looks at.
async function follow(github, { url }, number) {
  const { owner, name } = repository;
  const look = () => control(github, 'GET', `/state?owner=${owner}&name=${name}&number=${number}`);
  let shown = '';
  await until(
    async () => {
      const check = check_of(await look());
      const line = progress_line(check);
      if (line !== shown) say((shown = line));
      return check?.status === 'completed';
    },
    time_limit_ms,
    'the check was not completed',
  );
  const commented = async () => (await look()).comments.length > 0;
  await until(commented, comment_limit_ms, 'no comment came').catch((error) => console.error(error.message));
  await pause(settle_ms);
  const state = await look();
  const check = check_of(state);
  print_outcome(state, check, `${url}/${owner}/${name}/pull/${number}`);
  const answer = await fetch(`${url}/api/v1/runs/${check.external_id}`);
  if (!answer.ok) throw new Error(`the service does not know its run ${check.external_id}: ${answer.status}`);
  const violations = await control(github, 'GET', '/violations');
  return { state, check, report: await answer.json(), violations };
}

async function look_around() {
  console.log('\nEverything stays up; Ctrl-C ends it.');
  await Promise.race([interrupted, children.failed]);
}

async function control(github, method, route, body) {
  const answer = await fetch(github.control + route, { method, body: body && JSON.stringify(body) });
  const value = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${route}: ${value.message}`);
  return value;
}

async function until(condition, limit_ms, complaint) {
  const end = Date.now() + limit_ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(complaint);
    await pause(poll_ms);
  }
}

/// The service takes an address, not a choice of the kernel's that it could tell us.
function free_port() {
  const server = net.createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function say(line) {
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`${String(seconds).padStart(4)} s  ${line}`);
}
