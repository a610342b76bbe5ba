// Owns what goes wrong with API calls: the share of them, which kind fits which call, and the count of each. Plays the
// fault too; what the call would have done is the API's.
import { send_json } from '../local_github/loopback.mjs';

const fresh_ms = 5_000;
const lag = { 404: 'Not Found', 422: 'No commit found for SHA' };

export class Faults {
  counts = {};
  #silent_limits;

  /// silent_limits: so many times an answer says nothing but that there is a limit. Then a minute of rest is due, so
  /// that few of them fit into a run.
  constructor({ dice, share, silent_limits }) {
    Object.assign(this, { dice, share });
    this.#silent_limits = silent_limits;
  }

  end() {
    this.share = 0;
  }

  /// undefined: this call goes well. call: {method, route, token, moved}
  choose(call) {
    if (!this.dice.chance(this.share)) return undefined;
    const kind = this.dice.pick(this.#weights(call));
    if (kind === 'limit 403, no hint') this.#silent_limits -= 1;
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    return kind;
  }

  #weights({ method, route, token, moved }) {
    const writes = method !== 'GET';
    const weights = { 'bad gateway 502': 4, 'closed before the effect': 2, 'closed after the effect': writes ? 5 : 2 };
    if (!token) return weights;
    weights['limit 403, retry-after'] = 1;
    weights['limit 429, retry-after'] = 1;
    weights['limit 429, reset'] = 1;
    if (this.#silent_limits > 0) weights['limit 403, no hint'] = 0.3;
    weights['token refused 401'] = Date.now() - token.minted_at < fresh_ms ? 12 : 1;
    if (!moved) weights['moved 301'] = 2;
    if (route === 'pull' || route === 'create_check') weights['not there yet 404'] = 4;
    return weights;
  }

  /// For all kinds but the one that closes after the effect.
  play(kind, { request, response, route, elsewhere }) {
    const limited = { message: 'You have exceeded a secondary rate limit. Please wait.' };
    if (kind.startsWith('closed')) return void request.socket.destroy();
    if (kind === 'bad gateway 502') return send_json(response, 502, { message: 'Server Error' });
    if (kind === 'token refused 401') return send_json(response, 401, { message: 'Bad credentials' });
    if (kind === 'limit 403, retry-after') return send_json(response, 403, limited, { 'retry-after': '1' });
    if (kind === 'limit 429, retry-after') return send_json(response, 429, limited, { 'retry-after': '1' });
    if (kind === 'limit 403, no hint') return send_json(response, 403, limited);
    if (kind === 'limit 429, reset') {
      const reset = String(Math.floor(Date.now() / 1000));
      return send_json(response, 429, limited, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset });
    }
    if (kind === 'not there yet 404') {
      const status = route === 'create_check' ? 422 : 404;
      return send_json(response, status, { message: lag[status] });
    }
    // GitHub keeps the method of whoever writes by 307.
    const status = request.method === 'GET' ? 301 : 307;
    send_json(response, status, { message: 'Moved Permanently' }, { location: elsewhere });
  }
}
