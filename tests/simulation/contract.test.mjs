// The storm's stand-in for GitHub is held against GitHub's own description: every call that the service makes in a
// storm goes once through Prism, and neither the request nor the answer may be of another type than described. An
// answer may lack what the service does not read.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { start_prism } from '../local_github/prism.mjs';
import { slim_description } from '../local_github/slim.mjs';
import { start_api } from './api.mjs';
import { Commits } from './commits.mjs';
import { Dice } from './dice.mjs';
import { Faults } from './faults.mjs';
import { tell_stories } from './stories.mjs';
import { Truth } from './truth.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'benchgate-storm-contract-'));
let world, truth, api, prism, token;

before(async () => {
  const commits = new Commits(path.join(folder, 'git'));
  world = tell_stories({ wanted: 40, dice: new Dice(1), commits });
  truth = new Truth({ world, commits, dice: { chance: () => false } });
  for (const one of world.deliveries) truth.happen(one);
  const faults = new Faults({ dice: new Dice(1), share: 0, silent_limits: 0 });
  api = await start_api({ truth, faults, relay: { log_page: () => ({ entries: [] }) } });
  prism = await start_prism({ description: forgiving_description(), upstream: api.url });
});

after(async () => {
  await prism?.close();
  await api?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/// What answers consist of stands among the components; there nothing is required. What requests must hold stands with
/// the paths.
function forgiving_description() {
  const description = JSON.parse(fs.readFileSync(slim_description(folder), 'utf8'));
  const forgive = (schema) => {
    if (schema === null || typeof schema !== 'object') return;
    if (Array.isArray(schema.required)) delete schema.required;
    Object.values(schema).forEach(forgive);
  };
  forgive(description.components.schemas);
  const file = path.join(folder, 'forgiving.json');
  fs.writeFileSync(file, JSON.stringify(description));
  return file;
}

async function call(method, route, body, bearer = token) {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  const answer = await fetch(prism.url + route, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.equal(answer.headers.get('sl-violations'), null, `${method} ${route}`);
  return { status: answer.status, value: text ? JSON.parse(text) : undefined };
}

test('every call of a storm, once', async () => {
  const [repository] = world.repositories;
  const pull = repository.pulls.find((one) => one.comments.length > 0) ?? repository.pulls[0];
  const { head } = pull.states[pull.at];
  const minted = await call('POST', `/app/installations/${repository.installation_id}/access_tokens`, {}, 'jwt');
  assert.equal(minted.status, 201);
  token = minted.value.token;
  const place = `/repos/${repository.full_name}`;
  const found = await call('GET', `${place}/pulls/${pull.number}`);
  assert.equal(found.value.head.sha, head);
  assert.equal((await call('GET', `${place}/collaborators/maintainer/permission`)).value.permission, 'write');

  const check = { name: 'benchgate', head_sha: head, status: 'queued', output: { title: 'Queued', summary: 'Waits' } };
  const made = await call('POST', `${place}/check-runs`, check);
  assert.equal(made.status, 201);
  const update = { name: 'benchgate', status: 'completed', conclusion: 'success' };
  assert.equal((await call('PATCH', `${place}/check-runs/${made.value.id}`, update)).value.conclusion, 'success');
  const query = 'filter=all&check_name=benchgate&per_page=100&page=1';
  const checks = await call('GET', `${place}/commits/${head}/check-runs?${query}`);
  assert.equal(checks.value.total_count, 1);

  const comments = `${place}/issues/${pull.number}/comments`;
  const comment = await call('POST', comments, { body: 'sticky' });
  assert.equal(comment.status, 201);
  const edited = await call('PATCH', `${place}/issues/comments/${comment.value.id}`, { body: 'new' });
  assert.equal(edited.value.body, 'new');
  assert.equal((await call('GET', `${comments}?per_page=100&page=1`)).value.at(-1).body, 'new');
  const spoken = pull.comments[0];
  if (spoken) {
    const react = () => call('POST', `${place}/issues/comments/${spoken.id}/reactions`, { content: 'rocket' });
    assert.equal((await react()).status, 201);
    assert.equal((await react()).status, 200, 'already there');
  }
  assert.equal((await call('GET', place)).value.id, repository.id);
  await call('GET', `${place}/pulls?state=open&per_page=100`);
  await call('GET', '/app/hook/deliveries?per_page=100', undefined, 'jwt');
  await call('GET', '/installation/repositories?per_page=100');
});
