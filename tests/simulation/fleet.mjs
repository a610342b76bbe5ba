// The fleet: one real service with its private PostgreSQL, and simulated runners that all speak /runner/v1 from this
// process. First they wait while nothing is queued (memory), then jobs trickle in (lease latency), then every runner
// has one and half of them die at once: every job must be done once, and within two lease terms. Prints a table and,
// last, `RESULT {...}`. Exit status 1: a job was not done exactly once, or it did not end.
//
//   node tests/simulation/fleet.mjs --bin build/bin [--runners 1000] [--killed 500] [--jobs 3000] [--rate 40]
//        [--busy-ms 8000] [--lease-seconds 90] [--repositories 20] [--keep]   rate: jobs a second while they trickle in
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { temporary_folder } from '../../demo/surroundings.mjs';
import { listen, send_json } from '../local_github/loopback.mjs';
import { FleetQueue, labels } from './fleet_queue.mjs';
import { FleetRunner } from './fleet_runner.mjs';
import { Service } from './service.mjs';
import { app } from './shapes.mjs';

const joining_at_once = 25;
const look_ms = 200;

const { values } = parseArgs({
  options: {
    bin: { type: 'string', default: 'build/bin' },
    runners: { type: 'string', default: '1000' },
    killed: { type: 'string', default: '500' },
    jobs: { type: 'string', default: '3000' },
    rate: { type: 'string', default: '40' },
    'busy-ms': { type: 'string', default: '8000' },
    'idle-seconds': { type: 'string', default: '30' },
    'lease-seconds': { type: 'string', default: '90' },
    repositories: { type: 'string', default: '20' },
    keep: { type: 'boolean', default: false },
  },
});
const wanted = Object.fromEntries(
  ['runners', 'killed', 'jobs', 'rate', 'busy-ms', 'idle-seconds', 'lease-seconds', 'repositories'].map((name) => [
    name.replace('-', '_'),
    Number(values[name]),
  ]),
);

async function main() {
  const folder = temporary_folder('benchgate-fleet-');
  const fleet = new Fleet(folder);
  try {
    return await fleet.run();
  } catch (error) {
    console.error(`fleet: ${error.message}`);
    console.error(fleet.service.log_lines(/./).slice(-40).join('\n'));
    return 1;
  } finally {
    await fleet.end();
    if (values.keep) console.log(`kept: ${folder}`);
    else fs.rmSync(folder, { recursive: true, force: true });
  }
}

class Fleet {
  runners = [];
  latencies = []; // ms; from the later of "queued" and "asked" to the answer
  used = new Map(); // job -> reports that the service took
  refusals = {};
  #busy_ms = wanted.busy_ms;
  #working = [];
  #began = Date.now();

  constructor(folder) {
    const program = path.resolve(values.bin, 'benchgate-service');
    this.folder = folder;
    this.service = new Service({ program, folder, lease_seconds: wanted.lease_seconds });
  }

  async run() {
    this.github = await start_github();
    await this.service.prepare({ api: this.github.url, git: this.github.url, app_id: app.id });
    await this.service.start();
    this.queue = new FleetQueue({ service: this.service, repositories: wanted.repositories });
    await this.queue.prepare();
    await this.#join();
    const idle = await this.#wait();
    const steady = await this.#trickle();
    const burst = await this.#burst();
    const killed = await this.#kill();
    return this.#tell({ idle, steady, burst, killed });
  }

  async #join() {
    const names = Array.from({ length: wanted.runners }, (_, i) => `fleet-${String(i).padStart(4, '0')}`);
    const tokens = await this.queue.join_tokens(names);
    const tell = {
      leased: (job, times) => this.#leased(job, times),
      used: (job) => this.used.set(job, (this.used.get(job) ?? 0) + 1),
      refused: (status) => (this.refusals[status] = (this.refusals[status] ?? 0) + 1),
    };
    const busy_ms = () => this.#busy_ms * (0.5 + Math.random());
    this.runners = names.map((name) => new FleetRunner({ url: this.service.url, name, labels, tell, busy_ms }));
    for (let i = 0; i < names.length; i += joining_at_once)
      await Promise.all(
        this.runners.slice(i, i + joining_at_once).map((runner, k) => runner.join(tokens[i + k])),
      );
    this.#say(`${names.length} runners have joined`);
    for (const runner of this.runners) {
      const working = runner.work();
      working.catch((error) => (this.failure ??= error));
      this.#working.push(working);
    }
  }

  #leased(job, { asked_at, answered_at }) {
    const queued_at = this.queue.queued_at.get(job);
    this.latencies.push(answered_at - Math.max(asked_at, queued_at));
  }

  /// What it costs that they all wait.
  async #wait() {
    await pause(5_000);
    const before = cpu_seconds(this.service.pid);
    await pause(wanted.idle_seconds * 1000);
    const share = (cpu_seconds(this.service.pid) - before) / wanted.idle_seconds;
    const row = { resident_mb: memory_mb(this.service.pid, 'VmRSS'), processor: Math.round(share * 1000) / 10 };
    this.#say(`all wait: ${row.resident_mb.toFixed(1)} MB, ${row.processor} % of a processor`);
    return row;
  }

  async #trickle() {
    this.latencies = [];
    const began = performance.now();
    for (let queued = 0; queued < wanted.jobs; ++queued) {
      this.#check();
      await pause(began + (queued * 1000) / wanted.rate - performance.now());
      await this.queue.queue(1);
    }
    await this.#until_done('the jobs that trickled in', 4 * wanted.lease_seconds * 1000);
    return this.#summary(`${wanted.jobs} jobs, ${wanted.rate} a second`);
  }

  /// As after a push to many repositories at once: as many jobs as there are runners, in one transaction.
  async #burst() {
    this.latencies = [];
    await pause(1_000);
    await this.queue.queue(wanted.runners);
    await this.#until_done('the burst', 4 * wanted.lease_seconds * 1000);
    return this.#summary(`${wanted.runners} jobs at once`);
  }

  async #kill() {
    await pause(1_000);
    this.latencies = [];
    this.#busy_ms = Math.min(20_000, wanted.lease_seconds * 250);
    await this.queue.queue(wanted.runners);
    const is_busy = () => this.runners.filter((runner) => runner.job).length;
    const enough = Math.ceil(wanted.runners * 0.95);
    for (let end = Date.now() + this.#busy_ms / 4; is_busy() < enough && Date.now() < end; ) await pause(10);
    const dying = this.runners.filter((runner) => runner.job).slice(0, wanted.killed);
    const died_at = performance.now();
    for (const runner of dying) runner.die();
    this.#say(`${dying.length} of ${is_busy()} runners at work were killed`);
    await this.#until_done('the jobs of killed runners', 4 * wanted.lease_seconds * 1000);
    const seconds = (performance.now() - died_at) / 1000;
    this.#say(`every job is done ${seconds.toFixed(1)} s after that`);
    return { killed: dying.length, seconds, lease_terms: seconds / wanted.lease_seconds };
  }

  async #until_done(what, limit_ms) {
    for (const end = Date.now() + limit_ms; this.used.size < this.queue.queued_at.size; ) {
      this.#check();
      if (Date.now() > end) throw new Error(`${what}: ${this.queue.queued_at.size - this.used.size} are not done`);
      await pause(look_ms);
    }
  }

  #check() {
    if (this.failure) throw this.failure;
  }

  #summary(what) {
    const sorted = [...this.latencies].sort((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
    const row = { leases: sorted.length, p50_ms: at(0.5), p99_ms: at(0.99), most_ms: sorted.at(-1) };
    const text = ['p50_ms', 'p99_ms', 'most_ms'].map((key) => `${key.slice(0, -3)} ${row[key].toFixed(1)} ms`);
    this.#say(`${what}: ${row.leases} leases, ${text.join(', ')}`);
    return row;
  }

  #say(text) {
    const seconds = Math.round((Date.now() - this.#began) / 1000);
    console.log(`${String(seconds).padStart(5)} s  ${text}`);
  }

  async #tell({ idle, steady, burst, killed }) {
    const resident_mb = memory_mb(this.service.pid, 'VmHWM');
    const tally = await this.queue.tally();
    const twice = [...this.used.values()].filter((count) => count > 1).length;
    const once = tally.jobs === tally.succeeded && tally.used_twice === 0 && tally.without_report === 0 && twice === 0;
    console.log(`\n  jobs ${tally.jobs}, succeeded ${tally.succeeded}, with two reports that count ${tally.used_twice}, ` +
      `told twice that they count ${twice}, leased more than once ${tally.leased_again}`);
    console.log(`  calls to be repeated: ${JSON.stringify(this.refusals)}`);
    console.log(`  most memory of the service: ${resident_mb.toFixed(1)} MB`);
    if (!once) console.log('VIOLATION  not every job was done exactly once');
    console.log(`RESULT ${JSON.stringify({ idle, steady, burst, killed, resident_mb, once, tally })}`);
    return once ? 0 : 1;
  }

  async end() {
    for (const runner of this.runners) runner.die();
    await Promise.allSettled(this.#working);
    await this.queue?.close();
    await this.service.stop();
    await this.github?.close();
  }
}

/// Of GitHub the fleet needs tokens for clones only.
function start_github() {
  return listen((request, response) => {
    const { pathname } = new URL(request.url, 'http://stand-in');
    if (pathname.endsWith('/access_tokens')) {
      const expires_at = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '');
      return send_json(response, 201, { token: 'simulated', expires_at, permissions: {}, repository_selection: 'all' });
    }
    if (pathname === '/app') return send_json(response, 200, { ...app, permissions: {}, events: [] });
    if (pathname === '/app/hook/deliveries') return send_json(response, 200, []);
    return send_json(response, 404, { message: 'Not Found' });
  });
}

function memory_mb(pid, key) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(status)[1]) / 1024;
}

/// User and system time; the clock tick of Linux is 10 ms.
function cpu_seconds(pid) {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 13).map(Number);
  return (user + system) / 100;
}

process.exitCode = await main();
