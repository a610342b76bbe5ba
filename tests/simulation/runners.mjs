// Owns the storm's runners: they speak /runner/v1 as benchgate-runner does, join, lease, send generated trials and a
// signed manifest, and fail in every way that a runner can: a host at fault, a build that is broken, a death in the
// middle. What a commit measures is settled by its SHA, so that asking again finds the same.
import crypto from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const labels = ['storm'];
const retry_ms = 1_000;
const artifact = { same: 'a'.repeat(64), other: 'b'.repeat(64) };
const digest = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex');

const fates = { identical: 40, green: 20, better: 8, red: 14, build_failed: 6, host_failed: 5, dies: 4, slow: 3 };

export class Runners {
  outcomes = {};
  #stopped = false;
  #working = [];

  /// join_token: async (name) => token. `url` may change while they run: they try again.
  constructor({ url, dice, join_token, max_busy_ms = 300 }) {
    Object.assign(this, { url, dice, join_token, max_busy_ms });
  }

  async start(count) {
    for (let i = 0; i < count; ++i) {
      const runner = await this.#register(`storm-${i}`);
      this.#working.push(this.#work(runner));
    }
  }

  async stop() {
    this.#stopped = true;
    await Promise.all(this.#working);
  }

  async #register(name) {
    const { publicKey, privateKey } = crypto.generateKeyPairSync('ed25519');
    const public_key = publicKey.export({ type: 'spki', format: 'pem' });
    const join_token = await this.join_token(name);
    const body = { request_id: crypto.randomUUID(), join_token, labels, public_key, version: 'storm', protocol: 1 };
    const { status, value } = await this.#call({}, 'POST', '/runner/v1/register', body);
    if (status !== 201) throw new Error(`runner ${name} was not registered: ${status} ${value.message}`);
    const headers = { authorization: `Bearer ${value.token}` };
    return { name, headers, private_key: privateKey, boot_id: crypto.randomUUID() };
  }

  async #work(runner) {
    while (!this.#stopped) {
      const { boot_id } = runner;
      const request = { request_id: crypto.randomUUID(), boot_id, labels, facts: [], wait_s: 2, protocol: 1 };
      const { status, value } = await this.#call(runner.headers, 'POST', '/runner/v1/leases', request);
      if (status === 200) await this.#measure(runner, value);
      else if (status === 423) runner.boot_id = crypto.randomUUID(); // it was sent to rest: as if restarted
      else if (status !== 204) await pause(retry_ms);
    }
  }

  async #measure(runner, lease) {
    const { spec, epoch } = lease;
    const place = `/runner/v1/jobs/${lease.job}/${epoch}`;
    const call = (method, tail, body) => this.#persist(runner.headers, method, place + tail, body);
    // A fate that is the host's is drawn anew each time; what the commit itself causes is not.
    const drawn = this.dice.pick(fates);
    const of_commit = this.dice.for(`commit ${spec.head.sha} ${spec.suite.name}`).pick(fates);
    const of_host = ['host_failed', 'dies', 'slow'];
    const fate = of_host.includes(drawn) ? drawn : of_host.includes(of_commit) ? 'green' : of_commit;
    this.outcomes[fate] = (this.outcomes[fate] ?? 0) + 1;
    await pause(this.dice.below(this.max_busy_ms));
    const beat = { request_id: crypto.randomUUID(), phase: 'measure', block: 0, progress: 0.5 };
    const beaten = await call('POST', '/heartbeat', beat);
    if (beaten.status !== 200) return;
    const finish = (more) =>
      call('POST', '/finish', { request_id: crypto.randomUUID(), phase: 'upload', reason: '', ...more });
    if (beaten.value.cancel) return finish({ outcome: 'cancelled', reason: beaten.value.cancel });
    if (fate === 'dies') return (runner.boot_id = crypto.randomUUID());
    if (fate === 'slow') await pause(4 * this.max_busy_ms);
    if (fate === 'host_failed') {
      return finish({ outcome: 'failed', phase: 'fetch', infrastructure: true, reason: 'the disk is full' });
    }
    if (fate === 'build_failed') {
      return finish({ outcome: 'failed', phase: 'build', reason: 'head: the build ended with status 2' });
    }
    const trials = trials_of(fate);
    for (const [number, bytes] of trials.entries()) {
      const stored = await call('PUT', `/trials/${number}`, bytes);
      if (stored.status !== 200) return;
    }
    const manifest = JSON.stringify(manifest_of(runner, spec, fate, trials));
    const signature = crypto.sign(null, Buffer.from(manifest), runner.private_key).toString('base64');
    await finish({ outcome: 'succeeded', manifest, signature });
  }

  /// Until there is an answer that is final, as docs/runner-protocol.md has it.
  async #persist(headers, method, path, body) {
    for (;;) {
      const answer = await this.#call(headers, method, path, body);
      if (this.#stopped || (answer.status < 500 && ![0, 408, 425, 429].includes(answer.status))) return answer;
      await pause(retry_ms);
    }
  }

  /// Status 0: no answer.
  async #call(headers, method, path, body) {
    const bytes = typeof body === 'string' ? body : JSON.stringify(body);
    try {
      const all = { 'content-type': 'application/json', ...headers };
      const signal = AbortSignal.timeout(30_000);
      const answer = await fetch(this.url + path, { method, headers: all, body: bytes, signal });
      const text = await answer.text();
      return { status: answer.status, value: text.startsWith('{') ? JSON.parse(text) : {} };
    } catch {
      return { status: 0, value: {} };
    }
  }
}

/// One exact metric: eight trials settle it, and eight more confirm what is red.
function trials_of(fate) {
  if (fate === 'identical') return [];
  const head = { red: 1500, better: 700 }[fate] ?? 1000;
  const count = fate === 'red' ? 16 : 8;
  return Array.from({ length: count }, (_, number) => {
    const side = number % 2 ? 'head' : 'base';
    const series = { benchmark: 'library/size', metric: 'size', unit: 'bytes', better: 'lower', gating: true };
    return JSON.stringify({
      number,
      phase: number < 8 ? 'measure' : 'confirm',
      block: Math.floor(number / 8),
      attempt: 0,
      position: number % 8,
      side,
      kept: true,
      values: [{ ...series, samples: [side === 'head' ? head : 1000] }],
      errors: [],
      host: {},
      resources: { wall_ms: 1 },
    });
  });
}

function manifest_of(runner, spec, fate, trials) {
  const now = new Date().toISOString();
  return {
    schema_version: 1,
    comparison: { repository: spec.repository, base_sha: spec.base.sha, head_sha: spec.head.sha },
    experiment: { ...spec.experiment, tests: 1 },
    host: [],
    base_artifacts: { 'bin/bench': artifact.same },
    head_artifacts: { 'bin/bench': fate === 'identical' ? artifact.same : artifact.other },
    identical: fate === 'identical',
    sandbox: 'none: simulated',
    runner: runner.name,
    started_at: now,
    finished_at: now,
    stopped_by: 'plan',
    trial_digests: trials.map(digest),
  };
}
