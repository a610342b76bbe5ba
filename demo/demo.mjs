// Owns the demonstration: a local GitHub, the service, one runner and a pull request that slows two benchmarks, from
// nothing to the comment. Everything lives in one temporary folder and on loopback, and ends with the demo.
//
//   node demo/demo.mjs --bin build/bin [--pictures DIR]
//
// A person may look around until Ctrl-C. With CI=true it ends by itself: 0 if the outcome is exactly what it must be,
// else 1. --pictures takes those of docs/ of what is seen (./run pictures).
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Children } from './children.mjs';
import { check_of, differences, print_outcome, progress_line } from './outcome.mjs';
import { control, join_token, start_github, start_service, temporary_folder, until } from './surroundings.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const repository = { owner: 'maintainer', name: 'textkit' };
const time_limit_ms = 15 * 60_000;
const comment_limit_ms = 60_000;
const settle_ms = 3_000; // a second comment, which must not come, would come at once
const began = Date.now();

const { values } = parseArgs({ options: { bin: { type: 'string' }, pictures: { type: 'string' } } });
if (!values.bin) {
  console.error('usage: node demo/demo.mjs --bin DIR [--pictures DIR]');
  process.exit(2);
}
const bin = path.resolve(values.bin);
const is_ci = process.env.CI === 'true';
const folder = temporary_folder('benchgate-demo-');
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
    if (outcome === 'interrupted') {
      status = 130;
      say('stopping');
      return status;
    }
    const wrong = differences(outcome);
    for (const line of wrong) console.error(`WRONG: ${line}`);
    status = wrong.length > 0 ? 1 : 0;
    if (values.pictures) await picture(outcome, path.resolve(values.pictures));
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
  const github = await start_github(children, folder);
  await control(github, 'POST', '/repositories', {
    ...repository,
    path: work,
    collaborators: { contributor: 'push' },
  });
  say('starting the service and its private PostgreSQL');
  const service = await start_service(children, { bin, folder, github });
  await control(github, 'POST', '/webhook', { url: `${service.url}/webhooks/github` });
  await start_runner(service);
  const title = 'Intern names without a second copy, sort scores in one go';
  const request = { ...repository, path: work, head: 'simpler', title, as: 'contributor' };
  const { number } = await control(github, 'POST', '/pulls', request);
  say(`pull request #${number} is open: ${title}`);
  say(`its page tells how far it is: ${page_of(service, number)}`);
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

async function start_runner({ url, env }) {
  const token = await join_token(children, { bin, env, name: 'demo' });
  const file = path.join(folder, 'runner.token');
  fs.writeFileSync(file, token, { mode: 0o600 });
  say('starting one runner');
  const words = [
    '--service',
    url,
    '--token-file',
    file,
    '--labels',
    'local',
    '--work',
    path.join(folder, 'runner'),
  ];
  children.start('runner', path.join(bin, 'benchgate-runner'), words);
}

/// Shows what the check says until it is complete and the comment stands; answers all that `differences` looks at.
async function follow(github, service, number) {
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
    { limit_ms: time_limit_ms, complaint: 'the check was not completed' },
  );
  const commented = async () => (await look()).comments.length > 0;
  const no_comment = { limit_ms: comment_limit_ms, complaint: 'no comment came' };
  await until(commented, no_comment).catch((error) => console.error(error.message));
  await pause(settle_ms);
  const state = await look();
  const check = check_of(state);
  const page = page_of(service, number);
  print_outcome(state, check, page);
  const answer = await fetch(`${service.url}/api/v1/runs/${check.external_id}`);
  if (!answer.ok) throw new Error(`the service does not know its run ${check.external_id}: ${answer.status}`);
  const violations = await control(github, 'GET', '/violations');
  return { state, check, report: await answer.json(), violations, page };
}

function page_of({ url }, number) {
  return `${url}/${repository.owner}/${repository.name}/pull/${number}`;
}

async function picture({ state, page }, folder) {
  const { take_pictures } = await import('../docs/pictures/take.mjs');
  await take_pictures({ comment: state.comments[0].body, page, folder });
  fs.writeFileSync(path.join(folder, 'comment.md'), state.comments[0].body);
  say(`pictures are in ${folder}`);
}

async function look_around() {
  console.log('\nEverything stays up; Ctrl-C ends it.');
  await Promise.race([interrupted, children.failed]);
  console.log('\nstopping');
}

function say(line) {
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`${String(seconds).padStart(4)} s  ${line}`);
}
