// Owns the emulator of GitHub's REST API (npm package emulate) on loopback, and the few doors into its state that its
// own API lacks: users and their tokens, installations, who a token is, and sending a webhook. Keeps no state of its
// own.
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { close, refusal } from './loopback.mjs';

export const app_id = 12345;
export const app_slug = 'benchgate';
export const first_installation_id = 100;
const permissions = {
  metadata: 'read',
  contents: 'read',
  checks: 'write',
  pull_requests: 'write',
  issues: 'write',
  statuses: 'write',
  merge_queues: 'read',
};
const events = [
  'push',
  'pull_request',
  'issue_comment',
  'merge_group',
  'check_run',
  'check_suite',
  'installation',
  'installation_repositories',
  'ping',
];
const longest_token_life_seconds = 10 * 60;

/// `url` is the address that people and programs reach (it is in every link); `hook` takes the emulator's webhooks.
export async function start_emulator({ url, hook, secret, private_key }) {
  const captured = await capture_plugin();
  const { server, emulator } = await on_loopback(() =>
    captured.createEmulator({
      service: 'github',
      port: 0,
      baseUrl: url,
      seed: {
        tokens: {},
        github: {
          users: ['maintainer', 'contributor', 'outsider'].map((login) => person(login)),
          orgs: [{ login: 'example-org', name: 'Example' }],
          apps: [
            {
              app_id,
              slug: app_slug,
              name: app_slug,
              private_key,
              permissions,
              events,
              webhook_url: hook,
              webhook_secret: secret,
              installations: [],
            },
          ],
        },
      },
    }),
  );
  return new Emulator({ ...captured, url, server, emulator, private_key });
}

class Emulator {
  constructor(parts) {
    Object.assign(this, parts);
    this.direct = `http://127.0.0.1:${this.server.address().port}`;
    this.public_key = crypto.createPublicKey(this.private_key);
    this.ensure_installation('maintainer');
  }

  get state() {
    return this.getGitHubStore(this.store);
  }

  repository(owner, name) {
    const found = this.state.repos.findOneBy('full_name', `${owner}/${name}`);
    if (!found) throw refusal(404, `no repository ${owner}/${name}`);
    return found;
  }

  pull(owner, name, number) {
    const { id } = this.repository(owner, name);
    const found = this.state.pullRequests.findBy('repo_id', id).find((pull) => pull.number === Number(number));
    if (!found) throw refusal(404, `no pull request ${owner}/${name}#${number}`);
    return found;
  }

  is_pull(full_name, number) {
    const repository = this.state.repos.findOneBy('full_name', full_name);
    const pulls = repository ? this.state.pullRequests.findBy('repo_id', repository.id) : [];
    return pulls.some((pull) => pull.number === Number(number));
  }

  account(login) {
    const known = () => this.state.users.findOneBy('login', login) ?? this.state.orgs.findOneBy('login', login);
    if (!known()) this.seedFromConfig(this.store, this.url, { users: [person(login)] });
    return known();
  }

  /// A personal token of `login`, who is made if unknown. An organisation acts through its member `maintainer`.
  token_for(login) {
    const account = this.account(login);
    if (this.state.orgs.findOneBy('login', login)) return this.token_for('maintainer');
    const token = `ghp_${crypto.randomBytes(18).toString('base64url')}`;
    this.tokens.set(token, { login, id: account.id, scopes: ['repo', 'user', 'admin:org'] });
    return token;
  }

  create_repository({ owner, name, private: hidden = false, branch, installed = true, fork_of }) {
    this.account(owner);
    this.seedFromConfig(this.store, this.url, {
      repos: [{ owner, name, private: hidden, default_branch: branch, auto_init: false }],
    });
    const made = this.repository(owner, name);
    if (fork_of) this.state.repos.update(made.id, { fork: true, forked_from_id: fork_of.id });
    if (installed) {
      const installation = this.ensure_installation(owner);
      const repository_ids = [...new Set([...installation.repository_ids, made.id])];
      this.state.appInstallations.update(installation.id, { repository_ids });
    }
    return made;
  }

  ensure_installation(owner) {
    const all = this.state.appInstallations.all();
    const existing = all.find((one) => one.account_login === owner);
    if (existing) return existing;
    const row = this.state.appInstallations.insert({
      installation_id: first_installation_id + all.length,
      app_id,
      account_login: owner,
      account_id: this.account(owner).id,
      account_type: this.state.users.findOneBy('login', owner) ? 'User' : 'Organization',
      repository_selection: 'selected',
      repository_ids: [],
      permissions,
      events,
      suspended_at: null,
    });
    return this.state.appInstallations.get(row.id);
  }

  /// Who an Authorization header's token is: {app: true}, {login, installation?} or undefined.
  identify(token) {
    if (token.startsWith('eyJ')) return this.is_app_jwt(token) ? { app: true } : undefined;
    return this.tokens.get(token);
  }

  is_app_jwt(token) {
    try {
      const [header, payload, signature] = token.split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url'));
      const now = Date.now() / 1000;
      const signed = crypto.verify(
        'sha256',
        Buffer.from(`${header}.${payload}`),
        this.public_key,
        Buffer.from(signature, 'base64url'),
      );
      return (
        signed &&
        JSON.parse(Buffer.from(header, 'base64url')).alg === 'RS256' &&
        Number(claims.iss) === app_id &&
        claims.iat <= now &&
        claims.exp > now &&
        claims.exp - now <= longest_token_life_seconds
      );
    } catch {
      return false;
    }
  }

  expire_installation_tokens() {
    for (const [token, user] of this.tokens) if (user.installation) this.tokens.delete(token);
  }

  /// What the emulator's API says about `path`, asked as `login`; throws with GitHub's status if it refuses.
  async call(method, path, { as, body } = {}) {
    const headers = { 'content-type': 'application/json', accept: 'application/vnd.github+json' };
    if (as) headers.authorization = `Bearer ${this.token_for(as)}`;
    const answer = await fetch(this.direct + path, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw refusal(answer.status, `${method} ${path}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  async send_event({ owner, name, event, action, payload = {}, as = owner }) {
    const repository = await this.call('GET', `/repos/${owner}/${name}`, { as });
    const sender = await this.call('GET', `/users/${as}`);
    await this.webhooks.dispatch(
      event,
      action,
      { ...(action ? { action } : {}), ...payload, repository, sender },
      owner,
      name,
    );
  }

  close() {
    return close(this.server);
  }
}

function person(login) {
  return { login, name: login[0].toUpperCase() + login.slice(1), email: `${login}@example.org` };
}

/// The package gives no way to its store, which alone knows a pull request's head and a token's repositories: its
/// plugin is the same module instance for us, so its `register` hands them over once.
async function capture_plugin() {
  const entry = fileURLToPath(import.meta.resolve('emulate'));
  const folder = path.dirname(entry);
  const file = fs
    .readdirSync(folder)
    .find(
      (name) =>
        /^dist-.*\.js$/.test(name) && fs.readFileSync(path.join(folder, name), 'utf8').includes('var githubPlugin ='),
    );
  if (!file) throw new Error('this version of emulate keeps its GitHub plugin elsewhere');
  const { createEmulator } = await import(pathToFileURL(entry));
  const { githubPlugin, getGitHubStore, seedFromConfig } = await import(pathToFileURL(path.join(folder, file)));
  const captured = { createEmulator, getGitHubStore, seedFromConfig };
  const register = githubPlugin.register;
  githubPlugin.register = (app, store, webhooks, url, tokens) => {
    Object.assign(captured, { store, webhooks, tokens });
    return register.call(githubPlugin, app, store, webhooks, url, tokens);
  };
  return captured;
}

/// emulate 0.11.2 listens on all interfaces and has no option for it: while it starts, a missing host means loopback.
async function on_loopback(start) {
  const original = net.Server.prototype.listen;
  let server;
  net.Server.prototype.listen = function listen(port, host, ...rest) {
    server = this;
    return original.call(this, port, host ?? '127.0.0.1', ...rest);
  };
  try {
    const emulator = await start();
    if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
    return { server, emulator };
  } finally {
    net.Server.prototype.listen = original;
  }
}
