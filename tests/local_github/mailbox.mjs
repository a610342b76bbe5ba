// Owns the webhooks that a test's receiver got: take(event, wanted) waits for the first one of that event whose payload
// `wanted` accepts, and removes it.
export class Mailbox {
  #waiting = [];
  #letters = [];

  put(letter) {
    const index = this.#waiting.findIndex(({ accepts }) => accepts(letter));
    if (index < 0) this.#letters.push(letter);
    else this.#waiting.splice(index, 1)[0].resolve(letter);
  }

  take(event, wanted = () => true) {
    const accepts = ({ headers, payload }) => headers['x-github-event'] === event && wanted(payload);
    const index = this.#letters.findIndex(accepts);
    if (index >= 0) return Promise.resolve(this.#letters.splice(index, 1)[0]);
    return new Promise((resolve) => this.#waiting.push({ accepts, resolve }));
  }
}
