// Owns what the emulator's REST API lacks or has wrong: it stands between Prism and the emulator, refuses credentials
// that GitHub would refuse, answers the missing endpoints from memory, and completes some of the emulator's answers.
import { app_slug } from './emulator.mjs';
import { forward, listen, parse_json, refusal, send_bytes, send_json } from './loopback.mjs';
import { complete_checks, complete_permission } from './payloads.mjs';

const ranks = { read: 1, write: 2 };

export async function start_router({ relay, manifests }) {
  const router = new Router(relay, manifests);
  const { url, close } = await listen((request, response, body) => router.answer(request, response, body));
  return Object.assign(router, { url, close });
}

class Router {
  emulator = undefined;
  reactions = [];
  statuses = [];
  #relay;
  #manifests;
  #next_id = 1;

  constructor(relay, manifests) {
    this.#relay = relay;
    this.#manifests = manifests;
  }

  async answer(request, response, body) {
    if (!this.emulator) throw refusal(503, 'not ready');
    const url = new URL(request.url, 'http://local');
    const token = (request.headers.authorization ?? '').replace(/^(Bearer|token)\s+/i, '').trim();
    const who = token ? this.emulator.identify(token) : undefined;
    if (token && !who) throw refusal(401, 'Bad credentials');
    this.#refuse_suspended(who, url.pathname);
    for (const [method, pattern, handler] of this.#routes) {
      const match = method === request.method && pattern.exec(url.pathname);
      if (!match) continue;
      const [status, value, headers] = handler({ who, token, url, body: parse_json(body), ...match.groups });
      return send_json(response, status, value, headers);
    }
    send_bytes(response, complete_answer(url.pathname, await forward(request, body, this.emulator.direct)));
  }

  #refuse_suspended(who, path) {
    const asked = /^\/app\/installations\/(\d+)\/access_tokens$/.exec(path)?.[1] ?? who?.installation?.installationId;
    const found =
      asked && this.emulator.state.appInstallations.all().find((one) => one.installation_id === Number(asked));
    if (found?.suspended_at) throw refusal(403, 'This installation has been suspended');
  }

  #routes = [
    ['GET', /^\/installation\/repositories$/, ({ who }) => this.#installation_repositories(who)],
    ['DELETE', /^\/installation\/token$/, ({ token }) => this.#revoke(token)],
    ['GET', /^\/app\/hook\/config$/, ({ who }) => as_app(who) && [200, this.#hook_config()]],
    ['PATCH', /^\/app\/hook\/config$/, ({ who }) => as_app(who) && [200, this.#hook_config()]],
    ['GET', /^\/app\/hook\/deliveries$/, ({ who, url }) => as_app(who) && this.#deliveries(url)],
    ['GET', /^\/app\/hook\/deliveries\/(?<id>\d+)$/, ({ who, id }) => as_app(who) && this.#delivery(id)],
    ['POST', /^\/app\/hook\/deliveries\/(?<id>\d+)\/attempts$/, ({ who, id }) => as_app(who) && this.#attempt(id)],
    ['POST', /^\/app-manifests\/(?<code>[^/]{8,})\/conversions$/, ({ code }) => [201, this.#manifests.convert(code, this.emulator.url)]],
    ['GET', at('/commits/(?<sha>[0-9a-f]{40})/pulls'), (asked) => this.#pulls_of_commit(asked)],
    ['POST', at('/statuses/(?<sha>[0-9a-f]{40})'), (asked) => this.#add_status(asked)],
    ['GET', at('/commits/(?<sha>[^/]+)/statuses'), (asked) => [200, this.#statuses_of(asked)]],
    ['GET', at('/commits/(?<sha>[^/]+)/status'), (asked) => [200, this.#combined_status(asked)]],
    ['GET', at('/issues/(?<subject>comments/\\d+|\\d+)/reactions'), (asked) => [200, this.#reactions_to(asked)]],
    ['POST', at('/issues/(?<subject>comments/\\d+|\\d+)/reactions'), (asked) => this.#react(asked)],
    ['DELETE', at('/issues/(?<subject>comments/\\d+|\\d+)/reactions/(?<id>\\d+)'), (asked) => this.#unreact(asked)],
  ];

  #repository({ who, owner, name }, permission, needed) {
    const repository = this.emulator.repository(owner, name);
    if (!who) throw refusal(repository.private ? 404 : 401, 'Requires authentication');
    const { installation } = who;
    if (!installation) return repository;
    const granted = Math.max(...permission.map((one) => ranks[installation.permissions[one]] ?? 0));
    const reaches = installation.repositorySelection === 'all' || installation.repositoryIds.includes(repository.id);
    if (!reaches || granted < ranks[needed]) throw refusal(403, 'Resource not accessible by integration');
    return repository;
  }

  #installation_repositories(who) {
    if (!who?.installation) throw refusal(401, 'Bad credentials');
    const repositories = who.installation.repositoryIds
      .map((id) => this.emulator.state.repos.get(id))
      .filter(Boolean)
      .map(({ id, node_id, name, full_name, private: hidden, default_branch }) => ({
        id,
        node_id,
        name,
        full_name,
        private: hidden,
        default_branch,
        owner: { login: full_name.split('/')[0] },
      }));
    return [200, { total_count: repositories.length, repository_selection: 'selected', repositories }];
  }

  #revoke(token) {
    this.emulator.tokens.delete(token);
    return [204];
  }

  #hook_config() {
    return { content_type: 'json', insecure_ssl: '0', secret: '********', url: this.#relay.webhook ?? '' };
  }

  #deliveries(url) {
    const per_page = Math.min(Number(url.searchParams.get('per_page') ?? 30), 100);
    const before = Number((url.searchParams.get('cursor') ?? '').replace('v1_', '')) || Infinity;
    const wanted = url.searchParams.get('status');
    const all = this.#relay.deliveries
      .filter(
        ({ id, status_code: code }) =>
          id < before &&
          (!wanted || (wanted === 'failure' ? code >= 400 && code <= 599 : code >= 200 && code <= 399)),
      )
      .sort((one, other) => other.id - one.id);
    const page = all.slice(0, per_page);
    const next = new URL(url.pathname + url.search, this.emulator.url);
    next.searchParams.set('cursor', `v1_${page.at(-1)?.id}`);
    return [
      200,
      page.map(({ request, response, ...rest }) => rest),
      all.length > per_page ? { link: `<${next}>; rel="next"` } : {},
    ];
  }

  #delivery(id) {
    const found = this.#relay.deliveries.find((one) => one.id === Number(id));
    if (!found) throw refusal(404, 'Not Found');
    return [200, { ...found, url: this.#relay.webhook ?? '' }];
  }

  #attempt(id) {
    this.#relay.redeliver(id);
    return [202, {}];
  }

  #pulls_of_commit(asked) {
    const { id, full_name } = this.#repository(asked, ['pull_requests', 'contents'], 'read');
    const pulls = this.emulator.state.pullRequests.findBy('repo_id', id).filter((one) => one.head_sha === asked.sha);
    return [
      200,
      pulls.map(({ number, state, title, head_ref, head_sha, base_ref, base_sha }) => ({
        number,
        state,
        title,
        url: `${this.emulator.url}/repos/${full_name}/pulls/${number}`,
        head: { ref: head_ref, sha: head_sha },
        base: { ref: base_ref, sha: base_sha },
      })),
    ];
  }

  #add_status(asked) {
    const { id } = this.#repository(asked, ['statuses'], 'write');
    const { state, context = 'default', description = null, target_url = null } = asked.body;
    const now = new Date().toISOString();
    const status = { id: this.#next_id++, state, context, description, target_url, created_at: now, updated_at: now };
    this.statuses.push({ repository: id, sha: asked.sha, status });
    return [201, status];
  }

  #statuses_of(asked) {
    const { id } = this.#repository(asked, ['statuses', 'contents'], 'read');
    return this.statuses
      .filter((one) => one.repository === id && one.sha === asked.sha)
      .map((one) => one.status)
      .reverse();
  }

  #combined_status(asked) {
    const latest = new Map(
      this.#statuses_of(asked)
        .reverse()
        .map((status) => [status.context, status]),
    );
    const states = [...latest.values()].map(({ state }) => state);
    const failed = states.some((state) => state === 'failure' || state === 'error');
    const state = failed
      ? 'failure'
      : states.length > 0 && states.every((one) => one === 'success')
        ? 'success'
        : 'pending';
    return { state, sha: asked.sha, total_count: states.length, statuses: [...latest.values()] };
  }

  #reactions_to(asked) {
    const { id } = this.#repository(asked, ['issues', 'pull_requests'], 'read');
    return this.reactions
      .filter((one) => one.repository === id && one.subject === asked.subject)
      .map((one) => one.reaction);
  }

  #react(asked) {
    const { id } = this.#repository(asked, ['issues', 'pull_requests'], 'write');
    const { content } = asked.body;
    const login = asked.who.installation ? `${app_slug}[bot]` : asked.who.login;
    const known = this.#reactions_to(asked).find((one) => one.content === content && one.user.login === login);
    if (known) return [200, known];
    const user = { login, id: asked.who.id, type: asked.who.installation ? 'Bot' : 'User' };
    const reaction = { id: this.#next_id++, node_id: 'R_local', user, content, created_at: new Date().toISOString() };
    this.reactions.push({ repository: id, subject: asked.subject, reaction });
    return [201, reaction];
  }

  #unreact(asked) {
    const { id } = this.#repository(asked, ['issues', 'pull_requests'], 'write');
    const index = this.reactions.findIndex(
      (one) => one.repository === id && one.subject === asked.subject && one.reaction.id === Number(asked.id),
    );
    if (index < 0) throw refusal(404, 'Not Found');
    this.reactions.splice(index, 1);
    return [204];
  }
}

function at(tail) {
  return new RegExp(`^/repos/(?<owner>[^/]+)/(?<name>[^/]+)${tail}$`);
}

function as_app(who) {
  if (!who?.app) throw refusal(401, 'A JSON web token could not be decoded');
  return true;
}

function complete_answer(path, answer) {
  const change = /\/check-(runs|suites)/.test(path)
    ? complete_checks
    : /\/collaborators\/[^/]+\/permission$/.test(path)
      ? complete_permission
      : undefined;
  if (!change || answer.status >= 300 || answer.bytes.length === 0) return answer;
  return { ...answer, bytes: Buffer.from(JSON.stringify(change(JSON.parse(answer.bytes)))) };
}
