// The storm: thousands of deliveries in random order, some dropped, some doubled, API calls that fail, runners that
// die, the service killed without warning, and at the end a count of what stands on GitHub. The real service with its
// private PostgreSQL; a lean stand-in for GitHub. Prints a table. Exit status 1: something does not hold, or it did not
// end in time; the seed of the first line repeats the story.
//
//   node tests/simulation/storm.mjs --bin build/bin [--deliveries 500] [--seed N] [--rate 10] [--runners 12]
//        [--limit-minutes 15] [--keep]       rate: deliveries a second; keep: leaves the service's log and state behind
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { temporary_folder } from '../../demo/surroundings.mjs';
import { start_git_front } from '../local_github/git_front.mjs';
import { start_api } from './api.mjs';
import { Commits } from './commits.mjs';
import { Dice } from './dice.mjs';
import { Faults } from './faults.mjs';
import { Relay } from './relay.mjs';
import { Runners } from './runners.mjs';
import { Service } from './service.mjs';
import { app } from './shapes.mjs';
import { tell_stories } from './stories.mjs';
import { Truth } from './truth.mjs';
import { judge } from './verdict.mjs';

const shares = { dropped: 0.05, doubled: 0.05, failing: 0.1 };
const killed_at = 0.45; // of the deliveries
const away_ms = 1_500;
const progress_ms = 10_000;
const calm_looks = 4; // a second apart: between two stages nothing may be counted for a moment

const { values } = parseArgs({
  options: {
    bin: { type: 'string', default: 'build/bin' },
    deliveries: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    rate: { type: 'string', default: '10' },
    runners: { type: 'string', default: '12' },
    'limit-minutes': { type: 'string', default: '15' },
    keep: { type: 'boolean', default: false },
  },
});

async function main() {
  const folder = temporary_folder('benchgate-storm-');
  const storm = new Storm(folder);
  try {
    return await storm.run();
  } catch (error) {
    console.error(`storm: ${error.message} (seed ${values.seed})`);
    console.error(storm.service.log_lines(/./).slice(-40).join('\n'));
    return 1;
  } finally {
    await storm.end();
    if (values.keep) console.log(`kept: ${folder}`);
    else fs.rmSync(folder, { recursive: true, force: true });
  }
}

class Storm {
  constructor(folder) {
    const dice = new Dice(values.seed);
    const wanted = Number(values.deliveries);
    const program = path.resolve(values.bin, 'benchgate-service');
    Object.assign(this, { folder, dice, began: Date.now(), rate: Number(values.rate) });
    this.service = new Service({ program, folder });
    const commits = new Commits(path.join(folder, 'git'));
    this.world = tell_stories({ wanted, dice: dice.for('stories'), commits });
    this.truth = new Truth({ world: this.world, commits, dice: dice.for('lag') });
    const silent_limits = Math.ceil(wanted / 1000);
    this.faults = new Faults({ dice: dice.for('faults'), share: shares.failing, silent_limits });
    this.relay = new Relay({
      deliveries: this.world.deliveries,
      dice: dice.for('relay'),
      secret: this.service.secret,
      shares,
      happen: (delivery) => this.truth.happen(delivery),
    });
  }

  async run() {
    const { repositories, pulls, deliveries } = this.world;
    this.#say(
      `seed ${values.seed}: ${deliveries.length} deliveries about ${pulls.length} pull requests of ` +
        `${repositories.length} installations, ${values.rate} a second`,
    );
    this.api = await start_api(this);
    const token_may_read = (token, owner, name) => {
      const found = this.truth.token(token);
      const repository = this.truth.repository(`${owner}/${name}`);
      return Boolean(found && repository && found.installation_id === repository.installation_id);
    };
    this.git = await start_git_front({ folder: path.join(this.folder, 'git'), may_read: token_may_read });
    await this.service.prepare({ api: this.api.url, git: this.git.url, app_id: app.id });
    await this.service.start();
    this.relay.url = `${this.service.url}/webhooks/github`;
    this.runners = new Runners({
      url: this.service.url,
      dice: this.dice.for('runners'),
      join_token: (name) => this.service.join_token(name),
    });
    await this.runners.start(Number(values.runners));
    const progress = setInterval(() => this.#progress(), progress_ms);
    try {
      await this.#blow();
    } finally {
      clearInterval(progress);
    }
    return this.#tell();
  }

  async #blow() {
    const end = Date.now() + Number(values['limit-minutes']) * 60_000;
    let restart = Promise.resolve();
    const kill_place = Math.floor(this.world.deliveries.length * killed_at);
    await this.relay.send_all({
      rate: this.rate,
      between: async (place) => {
        if (place === kill_place) restart = this.#kill_and_restart();
      },
    });
    await restart;
    this.#say('all were sent; what was not taken is delivered again');
    while (!this.relay.is_complete()) {
      if (Date.now() > end) throw new Error('the service does not take every delivery');
      await this.relay.redeliver({ rate: this.rate });
    }
    for (let calm = 0; calm < calm_looks; ) {
      if (Date.now() > end) break; // the count says what is missing
      await pause(1000);
      const work = await this.service.work();
      calm = work && work.inbox + work.jobs + work.outbox === 0 ? calm + 1 : 0;
    }
  }

  async #kill_and_restart() {
    this.#say('the service is killed');
    await this.service.kill();
    await pause(away_ms);
    await this.service.start();
    this.#say('the service is back');
  }

  async #progress() {
    const work = await this.service.work();
    const { sent, accepted } = this.relay.counts;
    const waiting = work ? `waiting: ${work.inbox} deliveries, ${work.jobs} jobs, ${work.outbox} items` : 'no answer';
    this.#say(`${sent} sent, ${accepted} accepted; ${waiting}; ${this.api.calls} calls of the API`);
  }

  #say(text) {
    const seconds = Math.round((Date.now() - this.began) / 1000);
    console.log(`${String(seconds).padStart(5)} s  ${text}`);
  }

  async #tell() {
    const work = await this.service.work();
    const { rows, violations } = judge(this.truth);
    if (!work) violations.push('the service does not answer at the end');
    else if (work.inbox + work.jobs + work.outbox > 0) violations.push(`still waiting: ${JSON.stringify(work)}`);
    if (work?.failed) violations.push(`${work.failed} deliveries were given up`);
    if (work?.dead) violations.push(`${work.dead} items to be said were given up`);
    const failing = Object.values(this.faults.counts).reduce((sum, one) => sum + one, 0);
    print('deliveries', { distinct: this.world.deliveries.length, ...this.relay.counts });
    print('calls of the API', { all: this.api.calls, failed: failing, ...indented(this.faults.counts) });
    if (this.api.unknown.size > 0) print('calls that the stand-in does not know', Object.fromEntries(this.api.unknown));
    print('jobs, by what became of them', this.runners.outcomes);
    print('on GitHub at the end', rows);
    for (const text of violations.slice(0, 50)) console.log(`VIOLATION  ${text}`);
    this.#say(violations.length === 0 ? 'everything holds' : `${violations.length} violations, seed ${values.seed}`);
    const result = { seconds: (Date.now() - this.began) / 1000, violations: violations.length };
    console.log(`RESULT ${JSON.stringify(result)}`);
    return violations.length === 0 ? 0 : 1;
  }

  /// The youngest first, so that nobody loses what it needs while it ends.
  async end() {
    await this.runners?.stop();
    await this.service.stop();
    await this.git?.close();
    await this.api?.close();
  }
}

function print(title, rows) {
  console.log(`\n${title}`);
  for (const [name, value] of Object.entries(rows)) console.log(`  ${name.padEnd(48)} ${String(value).padStart(8)}`);
}

function indented(rows) {
  return Object.fromEntries(Object.entries(rows).map(([name, value]) => [`  ${name}`, value]));
}

process.exitCode = await main();
