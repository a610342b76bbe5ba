// Owns one simulated runner of the fleet: it speaks /runner/v1 over connections of its own as benchgate-runner does
// (long polls, heartbeats at the service's pace, trials, a signed manifest), and dies without a word when told to. What
// it does with a job is to be busy for a while.
import crypto from 'node:crypto';
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const trials_of_a_job = 8;
const digest = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex');
const retried = [0, 408, 423, 425, 429];
/// What a real runner says of its host with every request is of this size.
const facts = Array.from({ length: 20 }, (_, i) => ({
  id: `simulated.fact_${i}`,
  status: 'ok',
  observed: 'as it should be on a host that measures',
  wanted: 'as it should be',
  fix: '',
}));

export class FleetRunner {
  job; // that it works on
  asked_at; // when the lease request under way was sent
  #dead = false;
  #polls = new http.Agent({ keepAlive: true, maxSockets: 1 });
  #beats = new http.Agent({ keepAlive: true, maxSockets: 1 });
  #boot_id = crypto.randomUUID();

  /// tell: {leased(job, times), used(job)}; busy_ms: () => number.
  constructor({ url, name, labels, tell, busy_ms }) {
    const { hostname, port } = new URL(url);
    Object.assign(this, { host: hostname, port, name, labels, tell, busy_ms });
  }

  async join(join_token) {
    const { publicKey, privateKey } = crypto.generateKeyPairSync('ed25519');
    const public_key = publicKey.export({ type: 'spki', format: 'pem' });
    const { name, labels } = this;
    const body = { request_id: crypto.randomUUID(), join_token, name, labels, public_key, version: 'fleet', protocol: 4 };
    const { status, value } = await this.#persist('POST', '/runner/v1/register', body);
    if (status !== 201) throw new Error(`runner ${name} was not registered: ${status} ${value.message}`);
    this.token = value.token;
    this.private_key = privateKey;
  }

  async work() {
    let request_id = crypto.randomUUID();
    while (!this.#dead) {
      const { labels } = this;
      const request = { request_id, boot_id: this.#boot_id, labels, facts, wait_s: 25, protocol: 4 };
      this.asked_at = performance.now();
      const { status, value } = await this.#call('POST', '/runner/v1/leases', request);
      if (this.#dead) return;
      if (status === 200) {
        this.tell.leased(value.job, { asked_at: this.asked_at, answered_at: performance.now() });
        await this.#measure(value);
      } else if (status !== 204) {
        this.tell.refused(status);
        await pause(200 + 800 * Math.random());
        if (retried.includes(status) || status >= 500) continue; // the same request
        if (status !== 404) throw new Error(`runner ${this.name}: ${status} ${value.message}`);
      } else {
        await pause(500 * Math.random());
      }
      request_id = crypto.randomUUID();
    }
  }

  /// As if the host's plug was pulled.
  die() {
    this.#dead = true;
    this.#polls.destroy();
    this.#beats.destroy();
  }

  async #measure(lease) {
    const place = `/runner/v1/jobs/${lease.job}/${lease.epoch}`;
    this.job = lease.job;
    const end = performance.now() + this.busy_ms();
    let cancelled = false;
    const beat = async (progress) => {
      const body = { request_id: crypto.randomUUID(), phase: 'measure', block: 0, progress };
      const { status, value } = await this.#call('POST', `${place}/heartbeat`, body, this.#beats);
      cancelled ||= [409, 410].includes(status) || Boolean(value.cancel);
    };
    for (let left = end - performance.now(); left > 0 && !this.#dead && !cancelled; left = end - performance.now()) {
      await beat(0.5);
      await pause(Math.max(0, Math.min(left, lease.heartbeat_s * 1000)));
    }
    const trials = trials_of(trials_of_a_job);
    for (let number = 0; number < trials.length && !this.#dead && !cancelled; ++number) {
      const stored = await this.#persist('PUT', `${place}/trials/${number}`, trials[number]);
      cancelled = stored.status !== 200;
    }
    if (!this.#dead && !cancelled) {
      const manifest = JSON.stringify(this.#manifest(lease.spec, trials));
      const signature = crypto.sign(null, Buffer.from(manifest), this.private_key).toString('base64');
      const report = { request_id: crypto.randomUUID(), phase: 'upload', reason: '', outcome: 'succeeded' };
      const { status, value } = await this.#persist('POST', `${place}/finish`, { ...report, manifest, signature });
      if (status === 200 && value.used) this.tell.used(lease.job);
    }
    if (!this.#dead) this.job = undefined;
  }

  #manifest(spec, trials) {
    const now = new Date().toISOString();
    return {
      schema_version: 1,
      comparison: { repository: spec.repository, base_sha: spec.base.sha, head_sha: spec.head.sha },
      experiment: { ...spec.experiment, tests: 1 },
      host: facts,
      base_artifacts: { 'bin/bench': 'a'.repeat(64) },
      head_artifacts: { 'bin/bench': 'b'.repeat(64) },
      identical: false,
      sandbox: 'none: simulated',
      runner: this.name,
      started_at: now,
      finished_at: now,
      stopped_by: 'plan',
      trial_digests: trials.map(digest),
    };
  }

  /// Until there is an answer that is final, as docs/runner-protocol.md has it.
  async #persist(method, path, body) {
    for (;;) {
      const answer = await this.#call(method, path, body);
      if (this.#dead || (answer.status < 500 && !retried.includes(answer.status))) return answer;
      this.tell.refused(answer.status);
      await pause(200 + 800 * Math.random());
    }
  }

  /// Status 0: no answer.
  #call(method, path, body, agent = this.#polls) {
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    const headers = { 'content-type': 'application/json', 'content-length': bytes.length };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    return new Promise((resolve) => {
      const none = () => resolve({ status: 0, value: {} });
      const { host, port } = this;
      const request = http.request({ host, port, method, path, headers, agent, timeout: 40_000 }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', none);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          resolve({ status: response.statusCode, value: text.startsWith('{') ? JSON.parse(text) : {} });
        });
      });
      request.on('timeout', () => request.destroy());
      request.on('error', none);
      request.end(bytes);
    });
  }
}

/// One exact metric that did not change: eight trials settle it.
function trials_of(count) {
  return Array.from({ length: count }, (_, number) => {
    const series = { benchmark: 'library/size', metric: 'size', unit: 'bytes', better: 'lower', gating: true };
    return JSON.stringify({
      number,
      phase: 'measure',
      block: 0,
      attempt: 0,
      position: number,
      side: number % 2 ? 'head' : 'base',
      kept: true,
      values: [{ ...series, samples: [1000] }],
      errors: [],
      host: {},
      resources: { wall_ms: 1 },
    });
  });
}
