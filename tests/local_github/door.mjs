// Owns the address that clients take for GitHub's API: records every request and what Prism found in it, answers
// unchanged resources with 304, and breaks on demand (faults). Stands in front of Prism; what GitHub would do lies
// behind it.
import crypto from 'node:crypto';
import { forward, listen, refusal, send_bytes, send_json } from './loopback.mjs';

const kinds = ['status', 'silence', 'disconnect', 'answer_lost', 'answer_withheld', 'fresh_token'];
const messages = {
  401: 'Bad credentials',
  404: 'Not Found',
  422: 'Validation Failed',
  500: 'Server Error',
  502: 'Bad Gateway',
  403: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
};
const remembered_requests = 20000;

export async function start_door() {
  const door = new Door();
  const { url, close } = await listen((request, response, body) => door.answer(request, response, body));
  return Object.assign(door, { url, close });
}

class Door {
  upstream = undefined;
  manifests = undefined; // the browser's pages stand at the same address as the API
  requests = [];
  faults = [];
  fresh_tokens = new Map();

  /// {kind: 'status', status, headers?, body?} answers so; 'silence' never answers; 'disconnect' closes the connection;
  /// 'answer_lost' and 'answer_withheld' do what was asked first and then close or keep silent; 'fresh_token' refuses
  /// each new installation token `times` times with 401. `method` and `path` (a regular expression) choose requests,
  /// `times` how many of them (default 1). A request's entry in `requests` names the fault that it met.
  add_fault({ kind, method, path, times = 1, status, headers = {}, body }) {
    if (!kinds.includes(kind)) throw refusal(422, `kind must be one of ${kinds.join(', ')}`);
    if (kind === 'status' && !Number.isInteger(status)) throw refusal(422, 'a fault of kind status needs a status');
    this.faults.push({ kind, method, path: new RegExp(path ?? ''), times, status, headers, body, hits: 0 });
  }

  clear_faults() {
    this.faults = [];
    this.fresh_tokens.clear();
  }

  violations() {
    return this.requests.flatMap(({ method, path, violations }) =>
      violations.map((one) => ({ method, path, ...one })),
    );
  }

  async answer(request, response, body) {
    if (this.manifests?.handles(request)) return this.manifests.answer(request, response, body);
    const entry = {
      at: new Date().toISOString(),
      method: request.method,
      path: request.url,
      credential: credential(request),
      body: readable(body),
      status: null,
      fault: null,
      violations: [],
    };
    this.requests.push(entry);
    if (this.requests.length > remembered_requests) this.requests.shift();
    const fault = this.#fault_for(request);
    if (fault) entry.fault = fault.kind;
    if (fault && !fault.kind.startsWith('answer_')) {
      entry.status = fault.status ?? null;
      return play(fault, request, response);
    }
    if (!this.upstream) throw refusal(503, 'not ready');
    const answer = await forward(request, body, this.upstream);
    entry.status = answer.status;
    entry.violations = request_violations(answer);
    this.#remember_token(request, answer);
    if (fault) return play(fault, request, response);
    send_bytes(response, with_etag(request, answer));
  }

  #fault_for(request) {
    const left = this.fresh_tokens.get(token_of(request)) ?? 0;
    if (left > 0) {
      this.fresh_tokens.set(token_of(request), left - 1);
      return { kind: 'fresh_token', status: 401, headers: {} };
    }
    const fault = this.faults.find(
      (one) =>
        one.kind !== 'fresh_token' &&
        one.hits < one.times &&
        (!one.method || one.method === request.method) &&
        one.path.test(request.url),
    );
    if (fault) fault.hits += 1;
    return fault;
  }

  #remember_token(request, { status, bytes }) {
    const fault = this.faults.find((one) => one.kind === 'fresh_token');
    if (fault && status === 201 && request.url.endsWith('/access_tokens')) {
      this.fresh_tokens.set(JSON.parse(bytes).token, fault.times);
    }
  }
}

function play({ kind, status, headers, body }, request, response) {
  if (kind === 'disconnect' || kind === 'answer_lost') return void request.socket.destroy();
  // The connection stays open until the client gives up or the door closes.
  if (kind === 'silence' || kind === 'answer_withheld') return;
  send_json(response, status, body ?? { message: messages[status] ?? 'fault' }, headers);
}

/// Only what Prism says of the request counts: the emulator's own answers violate the description here and there.
function request_violations({ status, headers, bytes }) {
  if (/problem\+json/.test(headers['content-type'] ?? '')) {
    const problem = JSON.parse(bytes);
    if (/NO_PATH_MATCHED|NO_METHOD_MATCHED/.test(problem.type ?? '')) {
      return [{ location: ['request'], severity: 'Error', code: 'unknown', message: problem.detail }];
    }
    return [{ location: ['request'], severity: 'Error', code: String(status), message: problem.title }];
  }
  const text = headers['sl-violations'];
  if (!text) return [];
  try {
    return JSON.parse(text).filter(({ location }) => location[0] === 'request');
  } catch {
    // Prism cuts a long list off; the request's entries come first
    return /"location":\["request"/.test(text) ? [{ location: ['request'], severity: 'Error', message: text }] : [];
  }
}

function with_etag(request, answer) {
  if (request.method !== 'GET' || answer.status !== 200) return answer;
  const etag = `W/"${crypto.createHash('sha256').update(answer.bytes).digest('hex')}"`;
  const headers = { ...answer.headers, etag };
  return request.headers['if-none-match'] === etag
    ? { status: 304, headers, bytes: Buffer.alloc(0) }
    : { ...answer, headers };
}

function token_of(request) {
  return (request.headers.authorization ?? '').replace(/^(Bearer|token)\s+/i, '').trim();
}

/// Which sort of credential came, never the credential.
function credential(request) {
  const token = token_of(request);
  if (!token) return 'none';
  if (token.startsWith('eyJ')) return 'app';
  return token.startsWith('ghs_') ? 'installation' : 'user';
}

function readable(body) {
  if (body.length === 0) return null;
  try {
    return JSON.parse(body);
  } catch {
    return body.toString('utf8');
  }
}
