// Owns the stand-in's API: the calls that the service makes, answered from the truth, each after a look at what may go
// wrong. Lean, since ten thousand deliveries lead to a hundred thousand calls; its shapes are held against GitHub's
// description by contract.test.mjs. An unknown call is answered 404 and counted.
import crypto from 'node:crypto';
import { listen, parse_json, send_json } from '../local_github/loopback.mjs';
import { app, check_of, comment_of, pull_of, repository_of, user_of } from './shapes.mjs';

const routes = [
  ['POST', /^\/app\/installations\/(\d+)\/access_tokens$/, 'token'],
  ['GET', /^\/app$/, 'app'],
  ['GET', /^\/app\/hook\/deliveries$/, 'deliveries'],
  ['GET', /^\/app\/hook\/deliveries\/(\d+)$/, 'delivery'],
  ['GET', /^\/app\/installations$/, 'installations'],
  ['GET', /^\/installation\/repositories$/, 'repositories'],
];
const of_repository = [
  ['GET', /^$/, 'repository'],
  ['GET', /^\/pulls$/, 'pulls'],
  ['GET', /^\/pulls\/(\d+)$/, 'pull'],
  ['GET', /^\/collaborators\/([^/]+)\/permission$/, 'permission'],
  ['POST', /^\/check-runs$/, 'create_check'],
  ['PATCH', /^\/check-runs\/(\d+)$/, 'update_check'],
  ['GET', /^\/commits\/([0-9a-f]{40})\/check-runs$/, 'checks'],
  ['GET', /^\/issues\/(\d+)\/comments$/, 'comments'],
  ['POST', /^\/issues\/(\d+)\/comments$/, 'create_comment'],
  ['PATCH', /^\/issues\/comments\/(\d+)$/, 'update_comment'],
  ['POST', /^\/issues\/comments\/(\d+)\/reactions$/, 'react'],
];

export async function start_api({ truth, faults, relay }) {
  const api = new Api(truth, faults, relay);
  const { url, close } = await listen((request, response, body) => api.answer(request, response, body));
  return Object.assign(api, { url, close });
}

class Api {
  calls = 0;
  unknown = new Map();

  constructor(truth, faults, relay) {
    Object.assign(this, { truth, faults, relay });
  }

  async answer(request, response, body) {
    this.calls += 1;
    const call = this.#read(request);
    if (!call) {
      const what = `${request.method} ${request.url.replace(/\d+/g, 'N')}`;
      this.unknown.set(what, (this.unknown.get(what) ?? 0) + 1);
      return send_json(response, 404, { message: 'Not Found' });
    }
    const refused = this.#refuse(call);
    if (refused) return send_json(response, refused, { message: 'Bad credentials' });
    const kind = this.faults.choose(call);
    const installation = call.token?.installation_id;
    if (call.method !== 'GET' && installation && kind !== 'moved 301') this.truth.note_write(installation);
    const fault = { request, response, route: call.route, elsewhere: call.elsewhere };
    if (kind && kind !== 'closed after the effect') return this.faults.play(kind, fault);
    const [status, value, headers] = this[call.route](call, parse_json(body));
    if (kind) return this.faults.play(kind, fault);
    send_known(request, response, status, value, headers);
  }

  #read(request) {
    const url = new URL(request.url, 'http://stand-in');
    const { method } = request;
    const token = this.truth.token((request.headers.authorization ?? '').replace(/^Bearer /, ''));
    const common = { method, token, query: url.searchParams };
    for (const [verb, pattern, route] of routes) {
      const match = verb === method && pattern.exec(url.pathname);
      if (match) return { ...common, route, words: match.slice(1), of_app: !route.startsWith('repositories') };
    }
    const place = /^\/(?:repos\/([^/]+\/[^/]+)|repositories\/(\d+))(\/.*)?$/.exec(url.pathname);
    const repository = place && this.truth.repository(place[1] ?? place[2]);
    for (const [verb, pattern, route] of repository ? of_repository : []) {
      const match = verb === method && pattern.exec(place[3] ?? '');
      const elsewhere = `/repositories/${repository.id}${place[3] ?? ''}${url.search}`;
      if (match) {
        return { ...common, route, words: match.slice(1), repository, elsewhere, moved: Boolean(place[2]) };
      }
    }
    return undefined;
  }

  /// The App's own calls carry a signed token; tests/local_github verifies it, here it only has to be one.
  #refuse({ of_app, token, repository }) {
    if (of_app) return undefined;
    if (!token) return 401;
    return repository && token.installation_id !== repository.installation_id ? 403 : undefined;
  }

  token({ words }) {
    const expires_at = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '');
    const token = this.truth.mint(Number(words[0]));
    return [201, { token, expires_at, permissions: {}, repository_selection: 'all' }];
  }

  app() {
    return [200, { ...app, permissions: {}, events: [] }];
  }

  installations({ query }) {
    const found = page_of(this.truth.world.repositories, query);
    return [200, found.map((one) => ({ id: one.installation_id, account: user_of(one.owner), suspended_at: null }))];
  }

  repositories({ token }) {
    const found = this.truth.world.repositories.filter((one) => one.installation_id === token.installation_id);
    return [200, { total_count: found.length, repositories: found.map(repository_of) }];
  }

  deliveries({ query }) {
    const { entries, next } = this.relay.log_page(query.get('cursor'), Number(query.get('per_page') ?? 30));
    const link = next ? { link: `<${this.url}/app/hook/deliveries?per_page=100&cursor=${next}>; rel="next"` } : {};
    return [200, entries, link];
  }

  delivery({ words }) {
    const entry = this.relay.log_entry(Number(words[0]));
    return entry ? [200, entry] : [404, { message: 'Not Found' }];
  }

  repository({ repository }) {
    return [200, repository_of(repository)];
  }

  pulls({ repository, query }) {
    const shown = repository.pulls.filter((pull) => pull.shown !== undefined && pull.states[pull.shown].open);
    return [200, page_of(shown, query).map((pull) => this.#shape(pull))];
  }

  pull({ repository, words }) {
    const pull = this.truth.pull(repository, Number(words[0]));
    return pull ? [200, this.#shape(pull)] : [404, { message: 'Not Found' }];
  }

  #shape(pull) {
    return pull_of(pull, pull.shown, this.truth.commits.sha('base'));
  }

  permission({ words }) {
    const login = decodeURIComponent(words[0]);
    const permission = this.truth.world.people[login];
    if (!permission) return [404, { message: 'Not Found' }];
    return [200, { permission, role_name: permission, user: user_of(login) }];
  }

  create_check({ repository }, body) {
    return [201, check_of(this.truth.create_check(repository, body))];
  }

  update_check({ words }, body) {
    const check = this.truth.checks.get(Number(words[0]));
    return check ? [200, check_of(this.truth.update_check(check, body))] : [404, { message: 'Not Found' }];
  }

  checks({ repository, words, query }) {
    const name = query.get('check_name');
    const found = this.truth.checks_of(repository, words[0]).filter((one) => !name || one.name === name);
    return [200, { total_count: found.length, check_runs: page_of(found, query).map(check_of) }];
  }

  comments({ repository, words, query }) {
    const pull = this.truth.pull(repository, Number(words[0]));
    if (!pull) return [404, { message: 'Not Found' }];
    return [200, page_of(this.truth.comments_of(pull), query).map(comment_of)];
  }

  create_comment({ repository, words }, { body }) {
    return [201, comment_of(this.truth.create_comment(repository, Number(words[0]), body))];
  }

  update_comment({ words }, { body }) {
    const comment = this.truth.comments.get(Number(words[0]));
    if (!comment) return [404, { message: 'Not Found' }];
    comment.body = body;
    return [200, comment_of(comment)];
  }

  react({ words }, { content }) {
    const done = this.truth.react(Number(words[0]), content);
    if (!done) return [404, { message: 'Not Found' }];
    const reaction = { id: 1, node_id: 'R', user: user_of('benchgate[bot]', 'Bot'), content };
    return [done.is_new ? 201 : 200, { ...reaction, created_at: '2026-01-01T00:00:00Z' }];
  }
}

function page_of(list, query) {
  const size = Number(query.get('per_page') ?? 30);
  const first = (Number(query.get('page') ?? 1) - 1) * size;
  return list.slice(first, first + size);
}

function send_known(request, response, status, value, headers = {}) {
  if (request.method !== 'GET' || status !== 200) return send_json(response, status, value, headers);
  const etag = `"${crypto.createHash('sha1').update(JSON.stringify(value)).digest('hex')}"`;
  if (request.headers['if-none-match'] === etag) return send_json(response, 304, undefined, { etag });
  send_json(response, status, value, { ...headers, etag });
}
