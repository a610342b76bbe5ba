// What a user of the local GitHub would notice: the App's whole way from a key to a comment, with real git, real
// webhooks and GitHub's own description in between.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { listen, send_json } from './loopback.mjs';
import { Mailbox } from './mailbox.mjs';
import { start_local_github } from './start.mjs';

const owner = 'maintainer';
const name = 'engine';
const access_tokens = '/app/installations/100/access_tokens';
let folder, github, receiver, received, work;

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'local-github-'));
  received = new Mailbox();
  receiver = await listen((request, response, body) => {
    received.put({ headers: request.headers, body, payload: JSON.parse(body) });
    send_json(response, 202);
  });
  github = await start_local_github({
    state: path.join(folder, 'state'),
    webhook: `${receiver.url}/webhooks/github`,
  });
  work = path.join(folder, 'work');
  fs.mkdirSync(path.join(work, 'src'), { recursive: true });
  git('init', '--quiet', '--initial-branch=main');
  commit('src/a.txt', 'one\n', 'First');
  commit('src/b.bin', Buffer.from([0, 255, 10, 13]), 'Second, with a body\n\nÜber two lines.');
});

after(async () => {
  await github?.close();
  await receiver?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

test('an App goes from its key to a comment on a pull request, and git agrees with the API', async () => {
  const made = await control('POST', '/repositories', {
    owner,
    name,
    path: work,
    collaborators: { contributor: 'push' },
  });
  assert.equal(made.sha, git('rev-parse', 'main'));
  const pushed = await received.take('push');
  assert.equal(pushed.payload.after, made.sha);
  assert.equal(pushed.payload.created, true);
  assert.equal(pushed.payload.installation.id, github.ready.installation_id);

  git('checkout', '--quiet', '-b', 'slower');
  commit('src/a.txt', 'two\n', 'Slower');
  const pull = await control('POST', '/pulls', { owner, name, path: work, head: 'slower', as: 'contributor' });
  assert.equal(pull.head_sha, git('rev-parse', 'slower'));
  const opened = await received.take('pull_request');
  assert.equal(opened.payload.number, pull.number);
  assert.equal(opened.payload.pull_request.head.sha, pull.head_sha);
  assert.match(opened.headers['x-github-delivery'], /^[0-9a-f-]{36}$/);
  const signature = crypto.createHmac('sha256', github.ready.webhook_secret).update(opened.body).digest('hex');
  assert.equal(opened.headers['x-hub-signature-256'], `sha256=${signature}`);

  const token = await mint({ repositories: [name] });
  const output = { title: 'Measuring', summary: 'block 1' };
  const check = await api('POST', '/check-runs', token, {
    name: 'benchgate',
    head_sha: pull.head_sha,
    status: 'in_progress',
    output,
  });
  assert.equal(check.status, 201);
  assert.equal(check.json.app.id, github.ready.app_id);
  const done = {
    status: 'completed',
    conclusion: 'failure',
    output: { title: 'Two regressions', summary: 'slower' },
  };
  assert.equal((await api('PATCH', `/check-runs/${check.json.id}`, token, done)).status, 200);
  const comment = await api('POST', `/issues/${pull.number}/comments`, token, { body: 'Two regressions' });
  assert.equal(comment.status, 201);
  assert.equal(comment.json.user.type, 'Bot');
  const reaction = `/issues/comments/${comment.json.id}/reactions`;
  assert.equal((await api('POST', reaction, token, { content: 'eyes' })).status, 201);
  assert.equal((await api('POST', reaction, token, { content: 'eyes' })).status, 200);
  assert.equal((await api('GET', '/collaborators/contributor/permission', token)).json.permission, 'write');
  assert.equal((await api('GET', '/collaborators/outsider/permission', token)).status, 404);

  const state = await control('GET', `/state?owner=${owner}&name=${name}&number=${pull.number}`);
  assert.deepEqual(
    state.comments.map(({ body }) => body),
    ['Two regressions'],
  );
  assert.deepEqual(
    state.check_runs.map(({ conclusion }) => conclusion),
    ['failure'],
  );
  assert.deepEqual(
    state.reactions.map(({ content }) => content),
    ['eyes'],
  );
  assert.deepEqual(await control('GET', '/violations'), []);
});

test('git serves a clone and the pull request only to a token that may read the repository', async () => {
  const read_only = await mint({ repositories: [name], permissions: { contents: 'read' } });
  const target = path.join(folder, 'clone');
  assert.equal(await clone(read_only, target), '');
  assert.equal(git_in(target, 'rev-parse', 'origin/main'), git('rev-parse', 'main'));
  assert.equal(await network_git('-C', target, 'fetch', '--quiet', 'origin', 'refs/pull/1/head'), '');
  assert.equal(git_in(target, 'rev-parse', 'FETCH_HEAD'), git('rev-parse', 'slower'));
  assert.match(await clone('ghs_wrong', path.join(folder, 'refused')), /Authentication failed/);
  assert.match(await network_git('-C', target, 'push', 'origin', 'HEAD:refs/heads/mine'), /403|404|not found/);
  assert.equal((await api('POST', '/issues/1/comments', read_only, { body: 'no' })).status, 403);
});

test('what GitHub would refuse is a violation or a refusal', async () => {
  const token = await mint({});
  const annotations = Array.from({ length: 51 }, (_, line) => ({
    path: 'a',
    start_line: line + 1,
    end_line: line + 1,
    annotation_level: 'notice',
    message: 'm',
  }));
  const output = { title: 't', summary: 's', annotations };
  await api('POST', '/check-runs', token, { name: 'benchgate', head_sha: git('rev-parse', 'slower'), output });
  const violations = await control('GET', '/violations');
  assert.equal(violations.length, 1);
  assert.match(violations[0].location.join('.'), /^request\.body.*annotations/);
  assert.equal((await api('GET', '/pulls/1', 'ghs_made_up')).status, 401);
  assert.equal((await as_app('GET', '/app', jwt({ life_seconds: 1800 }))).status, 401);
  assert.equal((await as_app('GET', '/app', jwt({}))).status, 200);
  await control('POST', '/repositories', { owner, name: 'untouched', path: work, installed: false });
  assert.equal((await as_app('POST', access_tokens, jwt({}), { repositories: ['untouched'] })).status, 422);
});

test('a fork, a new commit and a merge behave like the real thing', async () => {
  git('checkout', '--quiet', '-b', 'from-fork', 'main');
  commit('src/c.txt', 'three\n', 'Third');
  const opened = await control('POST', '/pulls', {
    owner,
    name,
    path: work,
    head: 'from-fork',
    as: 'outsider',
    fork: true,
  });
  const event = await received.take('pull_request');
  assert.equal(event.payload.pull_request.head.repo.full_name, `outsider/${name}`);
  commit('src/c.txt', 'four\n', 'Fourth');
  const { sha } = await control('POST', '/commits', {
    owner,
    name,
    number: opened.number,
    path: work,
    head: 'from-fork',
    as: 'outsider',
  });
  const moved = await received.take('pull_request');
  assert.deepEqual(
    [moved.payload.action, moved.payload.before, moved.payload.after],
    ['synchronize', opened.head_sha, sha],
  );
  assert.equal(moved.payload.pull_request.head.sha, sha);
  assert.equal((await api('GET', `/pulls/${opened.number}`, await mint({}))).json.head.sha, sha);

  await control('POST', '/protection', { owner, name, contexts: ['benchgate'] });
  await assert.rejects(control('POST', '/merge', { owner, name, number: opened.number }), /have not succeeded/);
  const check = { name: 'benchgate', head_sha: sha, status: 'completed', conclusion: 'success' };
  assert.equal((await api('POST', '/check-runs', await mint({}), check)).status, 201);
  const merged = await control('POST', '/merge', { owner, name, number: opened.number });
  await received.take('push', ({ ref, after }) => ref === 'refs/heads/main' && after === merged.sha);
  const target = path.join(folder, 'merged');
  assert.equal(await clone(await mint({}), target), '');
  assert.equal(git_in(target, 'rev-parse', 'HEAD'), merged.sha);
  assert.equal(fs.readFileSync(path.join(target, 'src/c.txt'), 'utf8'), 'four\n');
});

test('faults hit the requests they name, and a webhook that failed can be found and sent again', async () => {
  await control('POST', '/faults', {
    kind: 'status',
    status: 403,
    method: 'GET',
    path: '/pulls/1$',
    headers: { 'retry-after': '2' },
  });
  await control('POST', '/faults', { kind: 'disconnect', method: 'GET', path: '/pulls/1$' });
  await control('POST', '/faults', { kind: 'fresh_token', times: 1 });
  const token = await mint({});
  const asked = [];
  for (let turn = 0; turn < 4; ++turn)
    asked.push(await api('GET', '/pulls/1', token).catch(() => ({ status: 'gone' })));
  assert.deepEqual(
    asked.map(({ status }) => status),
    [401, 403, 'gone', 200],
  );
  assert.equal(asked[1].headers.get('retry-after'), '2');
  const unchanged = await api('GET', '/pulls/1', token, undefined, { 'if-none-match': asked[3].headers.get('etag') });
  assert.equal(unchanged.status, 304);
  await control('POST', '/faults/clear');

  await control('POST', '/relay', { drop: 1, event: 'issue_comment' });
  await control('POST', '/comments', { owner, name, number: 1, body: '/rebench', as: 'contributor' });
  await control('POST', '/comments', { owner, name, number: 1, body: '/rebench status', as: 'contributor' });
  await received.take('issue_comment', ({ comment }) => comment.body === '/rebench status');
  const listed = await as_app('GET', '/app/hook/deliveries?per_page=2', jwt({}));
  assert.match(listed.headers.get('link'), /rel="next"/);
  const failed = listed.json.find(({ status }) => status !== 'OK');
  const detail = await as_app('GET', `/app/hook/deliveries/${failed.id}`, jwt({}));
  assert.equal(detail.json.request.payload.comment.body, '/rebench');
  assert.equal((await as_app('POST', `/app/hook/deliveries/${failed.id}/attempts`, jwt({}))).status, 202);
  const again = await received.take('issue_comment', ({ comment }) => comment.body === '/rebench');
  assert.equal(again.headers['x-github-delivery'], failed.guid);
});

test('an answer can be lost after the deed, and the record says which request met which fault', async () => {
  await control('POST', '/faults', { kind: 'fresh_token', times: 1 });
  const token = await mint({});
  await control('POST', '/requests/clear');
  await control('POST', '/faults', { kind: 'answer_lost', method: 'POST', path: '/comments$' });
  await control('POST', '/faults', { kind: 'answer_withheld', method: 'POST', path: '/comments$' });
  const say = (body) => api('POST', '/issues/1/comments', token, { body });
  assert.equal((await say('refused')).status, 401);
  await assert.rejects(say('lost'));
  const patience = new AbortController();
  const withheld = api('POST', '/issues/1/comments', token, { body: 'withheld' }, {}, patience.signal);
  const bodies = async () => (await api('GET', '/issues/1/comments', token)).json.map(({ body }) => body);
  while (!(await bodies()).includes('withheld')) await new Promise((resolve) => setTimeout(resolve, 20));
  patience.abort();
  await assert.rejects(withheld);
  assert.equal((await say('heard')).status, 201);
  assert.deepEqual((await bodies()).slice(-3), ['lost', 'withheld', 'heard']);
  const posts = (await control('GET', '/requests')).filter(({ method }) => method === 'POST');
  assert.deepEqual(
    posts.map(({ fault, status }) => [fault, status]),
    [
      ['fresh_token', 401],
      ['answer_lost', 201],
      ['answer_withheld', 201],
      [null, 201],
    ],
  );
  await control('POST', '/faults/clear');
});

test('an event that a person causes elsewhere can be sent, and a suspended installation is refused', async () => {
  const payload = {
    merge_group: { head_sha: git('rev-parse', 'slower'), head_ref: 'refs/heads/gh-readonly-queue/main/pr-1' },
  };
  await control('POST', '/events', { owner, name, event: 'merge_group', action: 'checks_requested', payload });
  const queued = await received.take('merge_group');
  assert.equal(queued.payload.action, 'checks_requested');
  assert.equal(queued.payload.installation.id, github.ready.installation_id);
  const token = await mint({});
  await control('POST', '/installation', { owner, suspended: true });
  assert.equal((await api('GET', '/pulls/1', token)).status, 403);
  await control('POST', '/installation', { owner, suspended: false });
  await control('POST', '/tokens/expire');
  assert.equal((await api('GET', '/pulls/1', token)).status, 401);
});

test('a manifest becomes an App whose key is handed out once for the code that came back with the state', async () => {
  const manifest = {
    name: 'benchgate',
    url: 'https://bench.example.org',
    hook_attributes: { url: 'https://bench.example.org/webhooks/github' },
    redirect_url: 'https://bench.example.org/setup/callback',
    default_permissions: { checks: 'write' },
    default_events: ['push'],
  };
  const post = (value) =>
    fetch(`${github.ready.api}/organizations/acme/settings/apps/new?state=ours`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ manifest: JSON.stringify(value) }),
    });
  const back = new URL((await post(manifest)).headers.get('location'));
  assert.equal(back.pathname, '/setup/callback');
  assert.equal(back.searchParams.get('state'), 'ours');
  const conversion = `${github.ready.api}/app-manifests/${back.searchParams.get('code')}/conversions`;
  const convert = () => fetch(conversion, { method: 'POST' });
  const answer = await convert();
  assert.equal(answer.status, 201);
  const app = await answer.json();
  assert.equal(app.id, github.ready.app_id);
  assert.match(app.pem, /PRIVATE KEY/);
  assert.equal((await convert()).status, 404, 'a code serves once');
  assert.equal((await post({ ...manifest, default_permissions: { checks: 'everything' } })).status, 422);
  assert.equal((await post({ ...manifest, hook_attributes: {} })).status, 422);
});

function jwt({ life_seconds = 540 }) {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iat: now - 60, exp: now + life_seconds, iss: String(github.ready.app_id) };
  const head = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${head}.${crypto.sign('sha256', head, fs.readFileSync(github.ready.private_key_file)).toString('base64url')}`;
}

async function mint(body) {
  const answer = await as_app('POST', access_tokens, jwt({}), body);
  assert.equal(answer.status, 201);
  return answer.json.token;
}

function as_app(method, path, token, body) {
  return request(github.ready.api + path, method, token, body);
}

function api(method, path, token, body, headers, signal) {
  return request(`${github.ready.api}/repos/${owner}/${name}${path}`, method, token, body, headers, signal);
}

async function request(url, method, token, body, headers = {}, signal = undefined) {
  const answer = await fetch(url, {
    method,
    signal,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/vnd.github+json',
      ...headers,
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, json: text ? JSON.parse(text) : undefined };
}

async function control(method, path, body) {
  const answer = await fetch(github.ready.control + path, { method, body: body && JSON.stringify(body) });
  const json = await answer.json();
  if (!answer.ok) throw new Error(json.message);
  return json;
}

function clone(token, target) {
  const url = github.ready.git.replace('http://', `http://x-access-token:${token}@`);
  return network_git('clone', '--quiet', `${url}/${owner}/${name}.git`, target);
}

/// Answers what git complained of, '' if nothing. Not synchronous: the server is in this very process.
function network_git(...words) {
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0' };
  return new Promise((resolve) => {
    execFile('git', words, { env }, (error, stdout, stderr) => resolve(error ? stderr || error.message : ''));
  });
}

function commit(file, content, message) {
  fs.writeFileSync(path.join(work, file), content);
  git('add', '--all');
  git(
    '-c',
    'user.name=Ada Ünal',
    '-c',
    'user.email=ada@example.org',
    '-c',
    'commit.gpgSign=false',
    'commit',
    '--quiet',
    '-m',
    message,
  );
}

function git(...words) {
  return git_in(work, ...words);
}

function git_in(folder, ...words) {
  return execFileSync('git', ['-C', folder, ...words], { encoding: 'utf8' }).trim();
}
