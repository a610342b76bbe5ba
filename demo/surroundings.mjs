// Owns what stands around a pull request on loopback: the local GitHub and the service with its private PostgreSQL, in
// one temporary folder, and the words to speak with them. The demo and the benchmarks start from here.
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const start_script = fileURLToPath(new URL('../tests/local_github/start.mjs', import.meta.url));
const ready_limit_ms = 120_000;

export function temporary_folder(prefix) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), prefix));
  fs.chmodSync(folder, 0o711); // the private PostgreSQL may run as another user and must reach its own folder inside
  return folder;
}

/// Answers the local GitHub's addresses and secrets, as its first line of output says them.
export async function start_github(children, folder) {
  const words = [start_script, '--state', path.join(folder, 'github')];
  return JSON.parse(await children.start('github', process.execPath, words, { ready: true }));
}

/// Answers { url, env } once the service is ready; env is what further commands of the service need.
export async function start_service(children, { bin, folder, github }) {
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
  children.start('service', service_program(bin), [], { env });
  const ready = () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(ready, { limit_ms: ready_limit_ms, complaint: 'the service did not become ready', poll_ms: 200 });
  return { url, env };
}

/// A token with which a runner of that name joins the service.
export async function join_token(children, { bin, env, name }) {
  return (await children.run('runner-token', service_program(bin), ['runner-token', name], { env })).trim();
}

/// Asks the local GitHub's control side.
export async function control(github, method, route, body) {
  const answer = await fetch(github.control + route, { method, body: body && JSON.stringify(body) });
  const value = await answer.json();
  if (!answer.ok) throw new Error(`${method} ${route}: ${value.message}`);
  return value;
}

export async function until(condition, { limit_ms, complaint, poll_ms = 1_000 }) {
  const end = Date.now() + limit_ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(complaint);
    await pause(poll_ms);
  }
}

/// For programs that take an address, not a choice of the kernel's that they could tell us.
export function free_port() {
  const server = net.createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function service_program(bin) {
  return path.join(bin, 'benchgate-service');
}
