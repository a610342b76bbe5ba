// Owns the two copies of every repository, the bare one that git reads and the one in the emulator, and keeps their
// SHAs equal: real commits of a local repository are replayed oldest first. Owns what the test's actors do with them:
// open a pull request, push, comment, merge. Objects of a fork also reach its parent, as on GitHub.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { refusal } from './loopback.mjs';

const run = promisify(execFile);
const output_limit_bytes = 64 * 1024 * 1024;

export class Repositories {
  #emulator;
  #relay;
  #folder;
  #known = new Map(); // repository -> object ids that the emulator has
  #timers = new Set();

  constructor({ emulator, relay, folder }) {
    this.#emulator = emulator;
    this.#relay = relay;
    this.#folder = folder;
  }

  /// Makes owner/name from the branch of the local repository at `path`. `collaborators` maps a login to pull, triage,
  /// push, maintain or admin. Answers {id, full_name, sha}.
  async create({ owner, name, path: source, branch = 'main', private: hidden, installed, collaborators = {} }) {
    return this.#relay.while_held(async () => {
      const { id, full_name } = this.#emulator.create_repository({ owner, name, private: hidden, branch, installed });
      await this.#make_bare(owner, name, branch);
      const sha = source
        ? await this.#bring({ owner, name, source, head: branch, ref: `refs/heads/${branch}` })
        : null;
      for (const [login, permission] of Object.entries(collaborators)) {
        this.#emulator.account(login);
        const body = { permission };
        await this.#emulator.call('PUT', `/repos/${full_name}/collaborators/${login}`, { as: owner, body });
      }
      return { id, full_name, sha };
    });
  }

  /// Opens a pull request as `as` from the branch `head` of the local repository; `fork: true` goes through a fork that
  /// `as` owns. `ref_lag_ms` lets refs/pull/N/head appear later than the webhook. Answers {number, head_sha, base_sha}.
  async open_pull({
    owner,
    name,
    path: source,
    head,
    base = 'main',
    title = head,
    body = null,
    as = owner,
    fork = false,
    draft = false,
    ref_lag_ms = 0,
  }) {
    return this.#relay.while_held(async () => {
      const from = fork ? await this.#fork(owner, name, as) : { owner, name };
      const sha = await this.#bring({ ...from, source, head, ref: `refs/heads/${head}` });
      if (fork) await this.#bring_objects({ owner, name, source, head });
      const request = { title, body, head: fork ? `${as}:${head}` : head, base, draft };
      const pull = await this.#emulator.call('POST', `/repos/${owner}/${name}/pulls`, { as, body: request });
      await this.#set_pull_ref(owner, name, pull.number, sha, ref_lag_ms);
      return { number: pull.number, head_sha: pull.head.sha, base_sha: pull.base.sha };
    });
  }

  /// Pushes the local branch `head` to `branch`, or to the head of pull request `number`. Answers {sha}.
  async push({ owner, name, path: source, head, branch = head, number, as = owner, ref_lag_ms = 0 }) {
    return this.#relay.while_held(async () => {
      if (!number) return { sha: await this.#bring({ owner, name, source, head, ref: `refs/heads/${branch}`, as }) };
      const pull = this.#emulator.pull(owner, name, number);
      const [head_owner, head_name] = this.#emulator.state.repos.get(pull.head_repo_id).full_name.split('/');
      const ref = `refs/heads/${pull.head_ref}`;
      const sha = await this.#bring({ owner: head_owner, name: head_name, source, head, ref, as: head_owner });
      await this.#bring_objects({ owner, name, source, head });
      const base_sha = await this.#git(owner, name, ['rev-parse', `refs/heads/${pull.base_ref}`]);
      const before = pull.head_sha;
      this.#emulator.state.pullRequests.update(pull.id, { head_sha: sha, base_sha: base_sha.trim() });
      await this.#set_pull_ref(owner, name, number, sha, ref_lag_ms);
      if (pull.state === 'open') await this.#synchronized({ owner, name, number, before, after: sha, as });
      return { sha };
    });
  }

  async comment({ owner, name, number, body, as = owner }) {
    return this.#emulator.call('POST', `/repos/${owner}/${name}/issues/${number}/comments`, { as, body: { body } });
  }

  async edit_comment({ owner, name, id, body, as = owner }) {
    return this.#emulator.call('PATCH', `/repos/${owner}/${name}/issues/comments/${id}`, { as, body: { body } });
  }

  async set_state({ owner, name, number, state, as = owner }) {
    const { number: same } = await this.#emulator.call('PATCH', `/repos/${owner}/${name}/pulls/${number}`, {
      as,
      body: { state },
    });
    return { number: same, state };
  }

  /// Requires the named checks on a branch before a merge.
  async protect({ owner, name, branch = 'main', contexts }) {
    const body = {
      required_status_checks: { strict: false, contexts },
      enforce_admins: true,
      required_pull_request_reviews: null,
      restrictions: null,
    };
    return this.#emulator.call('PUT', `/repos/${owner}/${name}/branches/${branch}/protection`, { as: owner, body });
  }

  /// Merges with a merge commit, which the bare repository gets too. 422 while a required check has not succeeded.
  async merge({ owner, name, number, as = owner }) {
    return this.#relay.while_held(async () => {
      const repository = `/repos/${owner}/${name}`;
      const { base_ref, base_sha: before } = this.#emulator.pull(owner, name, number);
      const { sha } = await this.#emulator.call('PUT', `${repository}/pulls/${number}/merge`, { as, body: {} });
      const made = this.#emulator.state.commits
        .findBy('repo_id', this.#emulator.repository(owner, name).id)
        .find((commit) => commit.sha === sha);
      await this.#write_commit(owner, name, made);
      await this.#git(owner, name, ['update-ref', `refs/heads/${base_ref}`, sha]);
      const payload = { ref: `refs/heads/${base_ref}`, before, after: sha };
      await this.#emulator.send_event({ owner, name, event: 'push', payload, as });
      return { sha };
    });
  }

  close() {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #make_bare(owner, name, branch) {
    const bare = this.#bare(owner, name);
    fs.mkdirSync(path.dirname(bare), { recursive: true });
    await run('git', ['init', '--quiet', '--bare', `--initial-branch=${branch}`, bare]);
    for (const key of ['allowAnySHA1InWant', 'allowFilter']) {
      // as GitHub has them
      await run('git', ['--git-dir', bare, 'config', `uploadpack.${key}`, 'true']);
    }
  }

  async #fork(owner, name, as) {
    const parent = this.#emulator.repository(owner, name);
    if (!this.#known.has(`${as}/${name}`)) {
      this.#emulator.create_repository({
        owner: as,
        name,
        branch: parent.default_branch,
        installed: false,
        fork_of: parent,
      });
      await this.#make_bare(as, name, parent.default_branch);
      await this.#bring({
        owner: as,
        name,
        source: this.#bare(owner, name),
        head: parent.default_branch,
        ref: `refs/heads/${parent.default_branch}`,
      });
    }
    return { owner: as, name };
  }

  /// Brings a local branch into both copies and moves `ref` there; the webhooks of a push follow from it.
  async #bring({ owner, name, source, head, ref, as = owner }) {
    const sha = await this.#bring_objects({ owner, name, source, head });
    const before = (await this.#git(owner, name, ['for-each-ref', '--format=%(objectname)', ref])).trim();
    await this.#git(owner, name, ['update-ref', ref, sha]);
    const refs = `/repos/${owner}/${name}/git/refs`;
    if (before) {
      await this.#emulator.call('PATCH', `${refs}/${ref.replace('refs/', '')}`, { as, body: { sha, force: true } });
    } else {
      await this.#emulator.call('POST', refs, { as, body: { ref, sha } });
      await this.#emulator.send_event({ owner, name, event: 'push', payload: { ref, after: sha }, as });
    }
    return sha;
  }

  async #bring_objects({ owner, name, source, head }) {
    await this.#git(owner, name, [
      'fetch',
      '--quiet',
      '--no-tags',
      path.resolve(source),
      `+refs/heads/${head}:refs/incoming/${head}`,
    ]);
    const sha = (await this.#git(owner, name, ['rev-parse', `refs/incoming/${head}`])).trim();
    const known = this.#known.get(`${owner}/${name}`) ?? new Set();
    this.#known.set(`${owner}/${name}`, known);
    const commits = (await this.#git(owner, name, ['rev-list', '--reverse', '--topo-order', sha]))
      .split('\n')
      .filter(Boolean);
    for (const commit of commits) if (!known.has(commit)) await this.#replay(owner, name, commit, known);
    await this.#git(owner, name, ['update-ref', '-d', `refs/incoming/${head}`]);
    return sha;
  }

  async #replay(owner, name, commit, known) {
    const post = (kind, body) =>
      this.#emulator.call('POST', `/repos/${owner}/${name}/git/${kind}`, { as: owner, body });
    const listing = await this.#git(owner, name, ['ls-tree', '-r', '-z', commit]);
    const tree = [];
    for (const line of listing.split('\0').filter(Boolean)) {
      const [, mode, type, sha, file] = /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line);
      if (type === 'blob' && !known.has(sha)) {
        const bytes = await this.#git(owner, name, ['cat-file', 'blob', sha], 'buffer');
        await post('blobs', { content: bytes.toString('base64'), encoding: 'base64' });
        known.add(sha);
      }
      tree.push({ path: file, mode, type, sha });
    }
    const text = await this.#git(owner, name, [
      'show',
      '--no-patch',
      '--format=%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B',
      commit,
    ]);
    const [parents, ...fields] = text.split('\0');
    const [author_name, author_email, author_date, committer_name, committer_email, committer_date, message] = fields;
    const made = await post('commits', {
      message: `${message.trimEnd()}\n`,
      tree: (await post('trees', { tree })).sha,
      parents: parents.split(' ').filter(Boolean),
      author: { name: author_name, email: author_email, date: author_date },
      committer: { name: committer_name, email: committer_email, date: committer_date },
    });
    if (made.sha !== commit)
      throw refusal(422, `commit ${commit} cannot be replayed: signed, or its message has odd line ends`);
    known.add(commit);
  }

  async #write_commit(owner, name, made) {
    const seconds = (date) => Math.floor(Date.parse(date) / 1000);
    const line = (who) => `${made[`${who}_name`]} <${made[`${who}_email`]}> ${seconds(made[`${who}_date`])} +0000`;
    const text = [
      `tree ${made.tree_sha}`,
      ...made.parent_shas.map((sha) => `parent ${sha}`),
      `author ${line('author')}`,
      `committer ${line('committer')}`,
      '',
      made.message.endsWith('\n') ? made.message : `${made.message}\n`,
    ].join('\n');
    const file = path.join(this.#bare(owner, name), 'incoming-commit');
    fs.writeFileSync(file, text);
    const sha = (await this.#git(owner, name, ['hash-object', '-t', 'commit', '-w', file])).trim();
    fs.unlinkSync(file);
    if (sha !== made.sha) throw refusal(500, `the merge commit came out as ${sha} instead of ${made.sha}`);
  }

  async #set_pull_ref(owner, name, number, sha, lag_ms) {
    const set = () => this.#git(owner, name, ['update-ref', `refs/pull/${number}/head`, sha]);
    if (lag_ms <= 0) return set();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      set().catch((error) => console.error(error.message));
    }, lag_ms);
    this.#timers.add(timer);
  }

  async #synchronized({ owner, name, number, before, after, as }) {
    const pull_request = await this.#emulator.call('GET', `/repos/${owner}/${name}/pulls/${number}`, { as: owner });
    const payload = { number, before, after, pull_request };
    await this.#emulator.send_event({ owner, name, event: 'pull_request', action: 'synchronize', payload, as });
  }

  #bare(owner, name) {
    return path.join(this.#folder, owner, `${name}.git`);
  }

  async #git(owner, name, words, encoding = 'utf8') {
    const { stdout } = await run('git', ['--git-dir', this.#bare(owner, name), ...words], {
      encoding,
      maxBuffer: output_limit_bytes,
    });
    return stdout;
  }
}
