// Owns the way of a webhook from the emulator to the service: completes the payload, gives it a delivery id and
// GitHub's headers, signs it anew, sends one after the other, and keeps the delivery log. Can lose, drop, repeat, delay
// or swap.
import crypto from 'node:crypto';
import { app_id } from './emulator.mjs';
import { listen, parse_json, refusal, send_json } from './loopback.mjs';
import { complete_payload } from './payloads.mjs';

const patience_ms = 10_000; // GitHub waits as long for a 2xx
const hook_id = 424242;

export async function start_relay({ secret }) {
  const relay = new Relay(secret);
  const { url, close } = await listen((request, response, body) => {
    relay.take(request.headers['x-github-event'], parse_json(body));
    send_json(response, 202);
  });
  return Object.assign(relay, { url, close });
}

class Relay {
  webhook = undefined; // the service's address; deliveries before it is known fail and can be redelivered
  git_url = '';
  is_pull = () => false; // (full name, number): the emulator knows
  deliveries = [];
  mischief = { lose: 0, drop: 0, duplicate: 0, swap: 0, delay_ms: 0, event: undefined };
  #secret;
  #waiting = [];
  #holds = 0;
  #working = Promise.resolve();
  #next_id = 1_000_001;

  constructor(secret) {
    this.#secret = secret;
  }

  /// lose: never attempted, so not in the log either. drop: attempted, failed. duplicate: sent twice with one id. swap:
  /// sent after its successor. Each is how many deliveries (of `event`, if given); delay_ms holds for all.
  set_mischief(changes) {
    for (const key of Object.keys(changes)) {
      if (!(key in this.mischief)) throw refusal(422, `unknown key ${key}`);
    }
    Object.assign(this.mischief, changes);
  }

  /// Deliveries wait while an action is under way, so that the git references a payload speaks of exist when it
  /// arrives.
  async while_held(action) {
    this.#holds += 1;
    try {
      return await action();
    } finally {
      this.#holds -= 1;
      this.#pump();
    }
  }

  take(event, payload) {
    if (this.#plays('lose', event)) return;
    const delivery = this.#compose(event, complete_payload(event, payload, this));
    this.#waiting.push(delivery);
    if (this.#plays('swap', event)) delivery.yields = true;
    this.#pump();
  }

  /// Sends a logged delivery again under the same id, as GitHub does.
  redeliver(id) {
    const original = this.deliveries.find((one) => one.id === Number(id));
    if (!original) throw refusal(404, 'Not Found');
    this.#waiting.push({ ...original, id: this.#next_id++, redelivery: true });
    this.#pump();
  }

  #plays(kind, event) {
    if (this.mischief[kind] <= 0 || (this.mischief.event && this.mischief.event !== event)) return false;
    this.mischief[kind] -= 1;
    return true;
  }

  #compose(event, payload) {
    const guid = crypto.randomUUID();
    const signature = crypto.createHmac('sha256', this.#secret).update(JSON.stringify(payload)).digest('hex');
    const headers = {
      Accept: '*/*',
      'Content-Type': 'application/json',
      'User-Agent': 'GitHub-Hookshot/local',
      'X-GitHub-Delivery': guid,
      'X-GitHub-Event': event,
      'X-GitHub-Hook-ID': String(hook_id),
      'X-GitHub-Hook-Installation-Target-ID': String(app_id),
      'X-GitHub-Hook-Installation-Target-Type': 'integration',
      'X-Hub-Signature-256': `sha256=${signature}`,
    };
    return {
      id: this.#next_id++,
      guid,
      redelivery: false,
      event,
      action: payload.action ?? null,
      installation_id: payload.installation?.id ?? null,
      repository_id: payload.repository?.id ?? null,
      request: { headers, payload },
    };
  }

  #pump() {
    this.#working = this.#working.then(async () => {
      while (this.#holds === 0 && this.#waiting.length > 0) {
        const first = this.#waiting[0].yields ? 1 : 0;
        if (first === 1 && this.#waiting.length === 1) return;
        const [delivery] = this.#waiting.splice(first, 1);
        if (this.mischief.delay_ms > 0) await new Promise((resolve) => setTimeout(resolve, this.mischief.delay_ms));
        const lost_on_the_way = this.#plays('drop', delivery.event);
        await this.#send(delivery, lost_on_the_way);
        if (this.#plays('duplicate', delivery.event)) await this.#send({ ...delivery, id: this.#next_id++ }, false);
      }
    });
  }

  async #send({ yields, ...delivery }, lost_on_the_way) {
    const began = Date.now();
    const entry = { ...delivery, delivered_at: new Date(began).toISOString(), throttled_at: null };
    try {
      if (!this.webhook || lost_on_the_way) throw new Error('failed to connect to host');
      const answer = await fetch(this.webhook, {
        method: 'POST',
        headers: delivery.request.headers,
        body: JSON.stringify(delivery.request.payload),
        signal: AbortSignal.timeout(patience_ms),
      });
      const payload = await answer.text();
      Object.assign(entry, {
        status_code: answer.status,
        status: answer.ok ? 'OK' : `Invalid HTTP Response: ${answer.status}`,
        response: { headers: Object.fromEntries(answer.headers), payload },
      });
    } catch (error) {
      const status = error.name === 'TimeoutError' ? 'timed out' : 'failed to connect to host';
      Object.assign(entry, { status_code: 0, status, response: { headers: {}, payload: null } });
    }
    entry.duration = (Date.now() - began) / 1000;
    this.deliveries.push(entry);
  }
}
