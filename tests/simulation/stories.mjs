// Owns what happens on GitHub in the storm: installations, repositories, and of each pull request a story of steps. A
// step may change the pull request, and is told by one delivery whose payload shows the state right after it, as GitHub
// does. Knows nothing of time: which delivery arrives when is the relay's matter. A step has happened once its
// delivery, or that of a later step of the pull request, was sent for the first time (Truth.happen).
import { pulls_of_repository, pushes_of_main, revisions_of_pull } from './commits.mjs';
import { pull_of, repository_of, user_of } from './shapes.mjs';

const first_moment = Date.UTC(2026, 0, 1);
const people = { maintainer: 'write', stranger: 'read' };

const kinds = {
  synchronize: 34,
  rebench: 14,
  rerequested: 9,
  chatter: 8,
  button: 5,
  status: 5,
  close: 5,
  group: 5,
  stranger: 4,
  title: 4,
  push: 4,
  cancel: 2,
};

/// {installations, pulls, deliveries}: `deliveries` in the order of each story; at least `wanted`, cut to that number.
export function tell_stories({ wanted, dice, commits }) {
  const world = { repositories: [], pulls: [], deliveries: [], people };
  let repository;
  while (world.deliveries.length < wanted) {
    if (!repository || repository.pulls.length === pulls_of_repository) {
      repository = add_repository(world, commits);
    }
    const pull = { repository, number: repository.pulls.length + 1, states: [], at: -1, comments: [], groups: [] };
    pull.fork = dice.chance(0.08);
    repository.pulls.push(pull);
    world.pulls.push(pull);
    new Story(world, pull, dice, commits).tell(5 + dice.below(11));
  }
  world.deliveries.length = wanted;
  for (const pull of world.pulls) {
    const told = world.deliveries.findLast((one) => one.pull === pull);
    pull.last = told ? told.step : -1;
  }
  world.pulls = world.pulls.filter((pull) => pull.last >= 0);
  return world;
}

function add_repository(world, commits) {
  const id = 1000 + world.repositories.length;
  const repository = {
    id,
    installation_id: 500_000 + id,
    owner: 'storm',
    name: `r${id}`,
    full_name: `storm/r${id}`,
    pulls: [],
    pushes: 0,
    main_at: 0,
  };
  world.repositories.push(repository);
  commits.add_repository(repository.full_name);
  return repository;
}

class Story {
  constructor(world, pull, dice, commits) {
    Object.assign(this, { world, pull, dice, commits, revision: 0, clock: first_moment + pull.number * 1000 });
  }

  tell(steps) {
    this.#pull_event('opened', { open: true, head: this.#head(0) });
    for (let k = 0; k < steps; ++k) this.#step(this.dice.pick(kinds));
    // Most of what was closed is opened again: then it must end with a verdict.
    if (!this.#state().open && this.dice.chance(0.6)) this.#pull_event('reopened', { open: true });
    if (this.pull.fork && this.#state().open && this.dice.chance(0.7)) {
      this.#comment('maintainer', `/rebench approve ${this.#state().head}`);
    }
  }

  #step(kind) {
    if (!this.#state().open) return this.dice.chance(0.5) ? this.#pull_event('reopened', { open: true }) : undefined;
    if (kind === 'synchronize' && this.revision + 1 < revisions_of_pull) {
      return this.#pull_event('synchronize', { head: this.#head(++this.revision) });
    }
    if (kind === 'close') return this.#pull_event('closed', { open: false });
    if (kind === 'title') return this.#pull_event('edited', {}, { changes: { title: { from: 'before' } } });
    if (kind === 'rerequested') return this.#check('rerequested');
    if (kind === 'button') return this.#check('requested_action', { requested_action: { identifier: 'rerun' } });
    if (kind === 'group') return this.#group();
    if (kind === 'push' && this.pull.repository.pushes < pushes_of_main) return this.#push();
    if (kind === 'stranger') return this.#comment('stranger', '/rebench');
    if (kind === 'status') return this.#comment('maintainer', '/rebench status');
    if (kind === 'cancel') return this.#cancel();
    if (kind === 'rebench') return this.#comment('maintainer', 'Once more, please.\n\n/rebench');
    return this.#comment('stranger', 'Looks good to me.');
  }

  #head(revision) {
    return this.commits.sha(`pull/${this.pull.number}/${revision}`);
  }
  #state() {
    return this.pull.states.at(-1);
  }

  /// Some steps fall into one second, which is all that GitHub's times can tell.
  #advance(changes = {}) {
    if (!this.dice.chance(0.08)) this.clock += 1000 * (1 + this.dice.below(600));
    const updated_at = new Date(this.clock).toISOString().replace('.000', '');
    this.pull.states.push({ ...this.#state(), ...changes, updated_at });
    return this.pull.states.length - 1;
  }

  #deliver(event, step, payload, effect = () => {}) {
    const { repository } = this.pull;
    const whole = {
      ...payload,
      repository: repository_of(repository),
      installation: { id: repository.installation_id },
      sender: payload.sender ?? user_of('maintainer'),
    };
    this.world.deliveries.push({ event, action: payload.action, pull: this.pull, step, payload: whole, effect });
  }

  #pull_event(action, changes, more = {}) {
    const step = this.#advance(changes);
    const { number } = this.pull;
    const pull_request = pull_of(this.pull, step, this.base());
    this.#deliver('pull_request', step, { action, number, pull_request, ...more });
  }

  base() {
    return this.commits.sha('base');
  }

  #comment(login, body) {
    const step = this.#advance();
    const id = this.pull.repository.id * 10_000 + this.pull.number * 1000 + step;
    const comment = { id, login, body, step, reactions: new Set() };
    this.pull.comments.push(comment);
    const { number } = this.pull;
    this.#deliver('issue_comment', step, {
      action: 'created',
      issue: { number, state: 'open', title: 'A change', user: user_of('author'), pull_request: {} },
      comment: { id, body, user: user_of(login), author_association: login === 'stranger' ? 'NONE' : 'COLLABORATOR' },
      sender: user_of(login),
    });
    return comment;
  }

  /// Whether it comes before or behind the head's measurement is chance, and so is the end.
  #cancel() {
    this.pull.cancelled = true;
    this.#comment('maintainer', '/rebench cancel');
  }

  #check(action, more = {}) {
    const step = this.#advance();
    const { head } = this.#state();
    const pull_requests = this.pull.fork ? [] : [{ number: this.pull.number }];
    const check_run = { id: 1, name: 'benchgate', head_sha: head, external_id: '', app: { id: 12345 }, pull_requests };
    this.#deliver('check_run', step, { action, check_run, ...more });
  }

  #group() {
    const step = this.#advance();
    const base_sha = this.base();
    const head_sha = this.commits.sha(`group/${this.pull.number}/${this.revision}`);
    const head_ref = `refs/heads/gh-readonly-queue/main/pr-${this.pull.number}-${head_sha.slice(0, 12)}`;
    const merge_group = { head_sha, head_ref, base_sha, base_ref: 'refs/heads/main' };
    const { full_name } = this.pull.repository;
    this.pull.groups.push(head_sha);
    // GitHub takes the branch away with the group, at some time; here it stays.
    this.#deliver('merge_group', step, { action: 'checks_requested', merge_group }, () =>
      this.commits.set_ref(full_name, head_ref, head_sha),
    );
    if (this.dice.chance(0.4)) {
      this.#deliver('merge_group', this.#advance(), { action: 'destroyed', reason: 'dequeued', merge_group });
    }
  }

  #push() {
    const { repository } = this.pull;
    const at = ++repository.pushes;
    const [before, after] = [at - 1, at].map((i) => this.commits.sha(i === 0 ? 'base' : `main/${i}`));
    const payload = { ref: 'refs/heads/main', before, after, created: false, deleted: false };
    this.#deliver('push', this.#advance(), payload, () => {
      if (at <= repository.main_at) return;
      repository.main_at = at;
      this.commits.set_ref(repository.full_name, 'refs/heads/main', after);
    });
  }
}
