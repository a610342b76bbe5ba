// Owns the way of the deliveries to the service: their order, at what pace they go, which are dropped or doubled, and
// the log that GitHub keeps of them. What was dropped, or met a service that was down, is delivered again under its own
// id at the end, as GitHub's "redeliver" does.
import crypto from 'node:crypto';

const patience_ms = 10_000; // GitHub waits as long for a 2xx
const doubled_within_ms = 3_000;

export class Relay {
  counts = { sent: 0, accepted: 0, dropped: 0, doubled: 0, 'not taken': 0, redelivered: 0 };
  url = undefined; // the service's
  #log = [];
  #next_id = 1;
  #accepted = new Set();
  #under_way = new Set();

  constructor({ deliveries, dice, secret, shares, happen }) {
    Object.assign(this, { dice, secret, shares, happen });
    const plain = dice.for('order');
    this.deliveries = plain.shuffle(deliveries.map((one) => this.#compose(one)));
  }

  /// True: everything was accepted at least once.
  is_complete() {
    return this.#accepted.size === this.deliveries.length;
  }

  /// Sends all, `rate` a second, in their random order; each reaches `happen` before it is sent for the first time.
  async send_all({ rate, between = async () => {} }) {
    const began = Date.now();
    for (const [place, delivery] of this.deliveries.entries()) {
      const wait = began + (1000 * place) / rate - Date.now();
      if (wait > 5) await new Promise((resolve) => setTimeout(resolve, wait));
      await between(place);
      this.happen(delivery.story);
      this.counts.sent += 1;
      if (this.dice.chance(this.shares.dropped)) {
        this.counts.dropped += 1;
        this.#note(delivery, 0, 'failed to connect to host');
        continue;
      }
      this.#start(this.#send(delivery));
      if (this.dice.chance(this.shares.doubled)) this.#start(this.#send_again(delivery));
    }
    await this.settled();
  }

  /// Sends what was never accepted, all over, at the same pace.
  async redeliver({ rate }) {
    const missing = this.dice.shuffle(this.deliveries.filter(({ guid }) => !this.#accepted.has(guid)));
    for (const delivery of missing) {
      this.counts.redelivered += 1;
      this.#start(this.#send(delivery));
      await new Promise((resolve) => setTimeout(resolve, 1000 / rate));
    }
    await this.settled();
  }

  async settled() {
    while (this.#under_way.size > 0) await Promise.all(this.#under_way);
  }

  /// GitHub's list: newest first.
  log_page(cursor, size) {
    const from = cursor ? Number(cursor) : this.#log.length;
    const entries = this.#log.slice(Math.max(0, from - size), from).reverse();
    return { entries: entries.map(without_request), next: from > size ? from - size : undefined };
  }

  log_entry(id) {
    const entry = this.#log[id - 1];
    if (!entry) return undefined;
    const { headers, payload } = entry;
    return { ...without_request(entry), request: { headers, payload }, response: { headers: {}, payload: null } };
  }

  #start(work) {
    this.#under_way.add(work);
    work.finally(() => this.#under_way.delete(work));
  }

  #compose(story) {
    const guid = crypto.randomUUID();
    const body = JSON.stringify(story.payload);
    const signature = crypto.createHmac('sha256', this.secret).update(body).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/storm',
      'x-github-delivery': guid,
      'x-github-event': story.event,
      'x-hub-signature-256': `sha256=${signature}`,
    };
    return { guid, body, headers, story };
  }

  async #send_again(delivery) {
    this.counts.doubled += 1;
    await new Promise((resolve) => setTimeout(resolve, this.dice.below(doubled_within_ms)));
    await this.#send(delivery);
  }

  async #send(delivery) {
    try {
      const { headers, body } = delivery;
      const signal = AbortSignal.timeout(patience_ms);
      const answer = await fetch(this.url, { method: 'POST', headers, body, signal });
      await answer.arrayBuffer();
      if (answer.ok) {
        this.counts.accepted += 1;
        this.#accepted.add(delivery.guid);
      } else {
        this.counts['not taken'] += 1;
      }
      this.#note(delivery, answer.status, answer.ok ? 'OK' : `Invalid HTTP Response: ${answer.status}`);
    } catch {
      this.counts['not taken'] += 1;
      this.#note(delivery, 0, 'failed to connect to host');
    }
  }

  #note({ guid, headers, story }, status_code, status) {
    const { event, action, payload } = story;
    const delivered_at = new Date().toISOString();
    this.#log.push({ id: this.#next_id++, guid, delivered_at, event, action, status, status_code, headers, payload });
  }
}

function without_request({ headers, payload, ...entry }) {
  const { installation, repository } = payload;
  return {
    ...entry,
    action: entry.action ?? null,
    redelivery: false,
    duration: 0.1,
    installation_id: installation.id,
    repository_id: repository.id,
    throttled_at: null,
  };
}
