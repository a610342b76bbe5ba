// Owns GitHub's state in the storm: which step each pull request has reached, what its API shows of that at this moment
// (it may lag behind), and what the App has put there. Every write is kept with its time, since limits are counted from
// this side.
import crypto from 'node:crypto';

const longest_lag_ms = 1500;

export class Truth {
  checks = new Map(); // id -> check
  comments = new Map(); // id -> {id, repository, number, body}; the App's own
  writes = new Map(); // installation -> times, ms
  #by_id = new Map();
  #by_name = new Map();
  #spoken = new Map(); // id of a person's comment -> {pull, comment}
  #tokens = new Map();
  #next_id = 1;

  constructor({ world, commits, dice }) {
    Object.assign(this, { world, commits, dice });
    for (const repository of world.repositories) {
      this.#by_id.set(repository.id, repository);
      this.#by_name.set(repository.full_name, repository);
      repository.by_sha = new Map();
    }
    for (const pull of world.pulls) {
      pull.steps = [];
      pull.visible = [];
      for (const comment of pull.comments) this.#spoken.set(comment.id, { pull, comment });
    }
    for (const delivery of world.deliveries) delivery.pull.steps.push(delivery);
  }

  /// The delivery's step, and all before it, have happened. What the API and git show follows at once or a little
  /// later.
  happen({ pull, step }) {
    if (step <= pull.at) return;
    pull.at = step;
    const lag = this.dice.chance(0.2) ? this.dice.below(longest_lag_ms) : 0;
    const show = () => {
      const due = pull.steps.filter((one) => one.step <= step);
      pull.steps = pull.steps.filter((one) => one.step > step);
      for (const one of due) one.effect();
      if (step <= (pull.shown ?? -1)) return;
      const before = pull.shown === undefined ? undefined : pull.states[pull.shown];
      pull.shown = step;
      const { head } = pull.states[step];
      const ref = `refs/pull/${pull.number}/head`;
      if (before?.head !== head) this.commits.set_ref(pull.repository.full_name, ref, head);
    };
    if (lag === 0) return show();
    setTimeout(show, lag).unref();
  }

  repository(name_or_id) {
    return this.#by_name.get(name_or_id) ?? this.#by_id.get(Number(name_or_id));
  }

  /// undefined: no such pull request, or the API does not show it yet.
  pull(repository, number) {
    const pull = repository.pulls[number - 1];
    return pull?.shown === undefined ? undefined : pull;
  }

  mint(installation_id) {
    const text = `ghs_${crypto.randomBytes(18).toString('hex')}`;
    this.#tokens.set(text, { installation_id, minted_at: Date.now() });
    return text;
  }
  token(text) {
    return this.#tokens.get(text);
  }

  note_write(installation_id) {
    if (!this.writes.has(installation_id)) this.writes.set(installation_id, []);
    this.writes.get(installation_id).push(Date.now());
  }

  create_check(repository, body) {
    const check = { ...body, id: this.#next_id++, repository, annotations: body.output?.annotations?.length ?? 0 };
    this.checks.set(check.id, check);
    const of_sha = repository.by_sha.get(check.head_sha) ?? [];
    repository.by_sha.set(check.head_sha, [...of_sha, check]);
    return check;
  }

  /// As GitHub: a conclusion completes, and an earlier conclusion does not outlive a status that is not completed.
  update_check(check, body) {
    const { output, ...rest } = body;
    Object.assign(check, rest);
    if (output) check.output = { ...check.output, ...output };
    if (rest.conclusion) check.status = 'completed';
    else if (rest.status && rest.status !== 'completed') check.conclusion = null;
    check.annotations += output?.annotations?.length ?? 0;
    return check;
  }

  checks_of(repository, sha) {
    return repository.by_sha.get(sha) ?? [];
  }

  create_comment(repository, number, body) {
    const comment = { id: 900_000_000 + this.#next_id++, repository, number, body };
    this.comments.set(comment.id, comment);
    return comment;
  }

  /// People's comments that have been written by now, and the App's.
  comments_of(pull) {
    const own = [...this.comments.values()].filter(
      (one) => one.repository === pull.repository && one.number === pull.number,
    );
    return [...pull.comments.filter((one) => one.step <= pull.shown), ...own];
  }

  /// undefined: no such comment. Otherwise whether the reaction is new.
  react(id, content) {
    const found = this.#spoken.get(id);
    if (!found) return undefined;
    const before = found.comment.reactions.size;
    found.comment.reactions.add(content);
    return { is_new: found.comment.reactions.size > before };
  }
}
