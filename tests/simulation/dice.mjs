// Owns chance: one seed, and for every purpose a stream of its own, so that what one part draws does not shift what
// another one gets. The same seed tells the same story; what depends on time (which call meets which fault) does not
// repeat exactly.

/// Numbers in [0, 1): mulberry32 (Tommy Ettinger, public domain) over a hash of seed and purpose (FNV-1a).
export class Dice {
  #state;

  constructor(seed, purpose = '') {
    this.seed = seed;
    let hash = 0x811c9dc5;
    for (const byte of Buffer.from(`${seed}/${purpose}`)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    this.#state = hash;
  }

  for(purpose) {
    return new Dice(this.seed, purpose);
  }

  roll() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(share) {
    return this.roll() < share;
  }

  below(count) {
    return Math.floor(this.roll() * count);
  }

  /// A key of {key: weight}.
  pick(weights) {
    const entries = Object.entries(weights);
    let left = this.roll() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) if ((left -= weight) < 0) return key;
    return entries.at(-1)[0];
  }

  /// Fisher and Yates; in place.
  shuffle(list) {
    for (let i = list.length - 1; i > 0; --i) {
      const k = this.below(i + 1);
      [list[i], list[k]] = [list[k], list[i]];
    }
    return list;
  }
}
