// Owns the service under test: the real program with its private PostgreSQL in a folder of its own, started, killed
// without warning, started again on the same state, ended; and what its /metrics say.
import { execFile, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { free_port, until } from '../../demo/surroundings.mjs';

const ready_limit_ms = 120_000;
const patience_ms = 30_000; // for an orderly end
export class Service {
  secret = crypto.randomBytes(16).toString('hex');
  #child;

  constructor({ program, folder, lease_seconds = 8 }) {
    Object.assign(this, { program, folder, lease_seconds, log: path.join(folder, 'service.log') });
  }

  get pid() {
    return this.#child.pid;
  }

  /// Where its private PostgreSQL listens.
  get socket_folder() {
    return path.join(this.folder, 'state', 'postgresql', 'run');
  }

  async prepare({ api, git, app_id }) {
    const key_file = path.join(this.folder, 'app.pem');
    const { privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
    fs.writeFileSync(key_file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const listen = `127.0.0.1:${await free_port()}`;
    this.url = `http://${listen}`;
    this.environment = {
      ...process.env,
      BENCHGATE_LISTEN: listen,
      BENCHGATE_STATE_DIR: path.join(this.folder, 'state'),
      BENCHGATE_GITHUB_URL: api,
      BENCHGATE_GITHUB_GIT_URL: git,
      BENCHGATE_APP_ID: String(app_id),
      BENCHGATE_PRIVATE_KEY_FILE: key_file,
      BENCHGATE_WEBHOOK_SECRET: this.secret,
      BENCHGATE_ADMIN_TOKEN: crypto.randomBytes(24).toString('hex'),
      BENCHGATE_LEASE_SECONDS: String(this.lease_seconds),
    };
  }

  async start() {
    const log = fs.openSync(this.log, 'a');
    this.#child = spawn(this.program, [], { env: this.environment, stdio: ['ignore', log, log] });
    fs.closeSync(log);
    const child = this.#child;
    let ended;
    child.on('error', (error) => (ended = error.message));
    this.ended = new Promise((resolve) => child.on('exit', resolve)).then(() => (ended ??= `see ${this.log}`));
    const ready = async () => {
      if (ended) throw new Error(`the service ended at its start: ${ended}`);
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      await answer?.arrayBuffer();
      return answer?.ok;
    };
    await until(ready, { limit_ms: ready_limit_ms, complaint: 'the service did not become ready', poll_ms: 100 });
  }

  /// As by the kernel when memory is short: nothing is written down, nobody is told.
  async kill() {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  async stop() {
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    const late = Symbol('late');
    if ((await Promise.race([this.ended, pause(patience_ms, late, { ref: false })])) === late) await this.kill();
  }

  async join_token(name) {
    const words = ['runner-token', name, '--log-level', 'error'];
    return (await promisify(execFile)(this.program, words, { env: this.environment })).stdout.trim();
  }

  /// What waits and what was given up; undefined while the service is away.
  async work() {
    try {
      const text = await (await fetch(`${this.url}/metrics`)).text();
      const read = (name, state) => Number(new RegExp(`^${name}\\{state="${state}"\\} (\\S+)$`, 'm').exec(text)?.[1]);
      return {
        inbox: read('benchgate_inbox_deliveries', 'waiting'),
        jobs: ['queued', 'active', 'unjudged'].reduce((sum, one) => sum + read('benchgate_jobs', one), 0),
        outbox: read('benchgate_outbox_items', 'waiting'),
        failed: read('benchgate_inbox_deliveries', 'failed'),
        dead: read('benchgate_outbox_items', 'dead'),
      };
    } catch {
      return undefined;
    }
  }

  log_lines(pattern) {
    if (!fs.existsSync(this.log)) return [];
    return fs.readFileSync(this.log, 'utf8').split('\n').filter((line) => pattern.test(line));
  }
}
