// Owns the queue that the simulated fleet works on: repositories, join tokens, and jobs written straight into the
// service's database, with the notification that planning gives; and at the end what the database says became of them.
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import readline from 'node:readline';

const labels = ['fleet', 'x86_64'];

export class FleetQueue {
  queued_at = new Map(); // job -> when its transaction was begun
  #waiting = [];

  constructor({ service, repositories }) {
    this.repositories = Array.from({ length: repositories }, (_, i) => i + 1);
    const words = ['-h', service.socket_folder, '-U', 'benchgate', '-d', 'benchgate', '-qAtX', '-v', 'ON_ERROR_STOP=1'];
    this.child = spawn('psql', words, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.ended = new Promise((resolve) => this.child.on('exit', resolve));
    readline.createInterface({ input: this.child.stdout }).on('line', (line) => this.#hear(line));
  }

  async prepare() {
    const rows = this.repositories.map((id) => `(${id}, 'fleet', 'repository-${id}', 'main', ${id}, false, now())`);
    await this.#run(
      `insert into repositories (repository_id, owner, name, default_branch, installation_id, private, updated_at)
       values ${rows.join(', ')};`,
    );
  }

  /// One a name.
  async join_tokens(names) {
    const tokens = names.map(() => `bgj_${crypto.randomBytes(24).toString('hex')}`);
    const hash = (token) => crypto.createHash('sha256').update(token).digest('hex');
    const rows = names.map((name, i) => `('${hash(tokens[i])}', '${name}', now() + interval '1 hour')`);
    await this.#run(`insert into join_tokens (hash, name, expires_at) values ${rows.join(', ')};`);
    return tokens;
  }

  /// One transaction, as one event leads to; the jobs' ids.
  async queue(count, { repository } = {}) {
    const jobs = Array.from({ length: count }, () => this.#job(repository));
    const now = performance.now();
    for (const { job_id } of jobs) this.queued_at.set(job_id, now);
    await this.#run(`begin; ${jobs.map((job) => job.sql).join(' ')} select pg_notify('jobs', ''); commit;`);
    return jobs.map((job) => job.job_id);
  }

  async tally() {
    const [row] = await this.#run(`
      select json_build_object(
        'jobs', (select count(*) from jobs),
        'succeeded', (select count(*) from jobs where state = 'succeeded'),
        'used_twice', (select count(*) from (select from bundles where used group by job_id having count(*) > 1) twice),
        'without_report', (select count(*) from jobs where state = 'succeeded' and not exists
                            (select from bundles where bundles.job_id = jobs.job_id and used)),
        'leased_again', (select count(*) from jobs where epoch > 1),
        'attempts', (select coalesce(sum(attempts), 0) from jobs));`);
    return JSON.parse(row);
  }

  async close() {
    this.child.stdin.end();
    await this.ended;
  }

  #job(repository = this.repositories[Math.floor(Math.random() * this.repositories.length)]) {
    const job_id = crypto.randomUUID();
    const run_id = crypto.randomUUID();
    const sha = crypto.randomBytes(20).toString('hex');
    const spec = JSON.stringify(spec_of(`fleet/repository-${repository}`, sha));
    const sql = `
      insert into runs (repository_id, run_id, kind, head_sha, base_sha, base_ref, merge_base, trigger_id, state,
                        created_at, config, config_sha)
      values (${repository}, '${run_id}', 'calibration', '${sha}', '${sha}', 'main', '${sha}', '${run_id}', 'queued',
              now(), '', '');
      insert into jobs (repository_id, job_id, run_id, suite, labels, priority, spec, timeout_s, created_at)
      values (${repository}, '${job_id}', '${run_id}', 'micro', '{${labels}}', 30, '${spec}', 3600, now());`;
    return { job_id, sql };
  }

  /// The lines that it prints; psql answers in order, and says when it is through.
  #run(sql) {
    return new Promise((resolve) => {
      this.#waiting.push({ lines: [], resolve });
      this.child.stdin.write(`${sql.replace(/\n\s*/g, ' ')}\n\\echo through\n`);
    });
  }

  #hear(line) {
    if (line === '' || this.#waiting.length === 0) return;
    if (line !== 'through') return void this.#waiting[0].lines.push(line);
    const { lines, resolve } = this.#waiting.shift();
    resolve(lines);
  }
}

export { labels };

function spec_of(repository, sha) {
  const policy = { levels: [], metrics: {}, false_alarms: 0.01, detect: 0.03 };
  return {
    repository,
    base: { sha, refs: ['refs/heads/main'] },
    head: { sha, refs: ['refs/heads/main'] },
    suite: {
      name: 'micro',
      tier: 'micro',
      components: [],
      on: {
        pull_request: true,
        pull_request_paths: [],
        push: false,
        push_branches: [],
        push_paths: [],
      },
      build: ['cmake --build build'],
      run: 'build/bench',
      format: 'google-benchmark',
      artifacts: ['bin/bench'],
      max_trials: 60,
      build_timeout_ms: 1_200_000,
      trial_timeout_ms: 120_000,
      job_timeout_ms: 3_600_000,
      measure: ['time'],
      environment: {},
      line: 1,
    },
    experiment: { suite: 'micro', seed: 7, max_trials: 60, false_alarms: 0.01, policy },
    measure_identical: true,
  };
}
