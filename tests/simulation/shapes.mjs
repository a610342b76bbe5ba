// Owns how GitHub writes its things down, in payloads and answers alike. Pure functions; contract.test.mjs holds them
// against GitHub's own description.

export const app = { id: 12345, slug: 'benchgate', name: 'benchgate' };
const moment = '2026-01-01T00:00:00Z';

export function user_of(login, type = 'User') {
  let id = 7;
  for (const c of login) id = (id * 31 + c.charCodeAt(0)) % 1_000_003;
  const url = `https://api.example.org/users/${encodeURIComponent(login)}`;
  return { login, id: id + 1, type, site_admin: false, url };
}

export function bot() {
  return user_of(`${app.slug}[bot]`, 'Bot');
}

export function repository_of({ id, owner, name, full_name }) {
  return {
    id,
    name,
    full_name,
    owner: user_of(owner),
    private: false,
    archived: false,
    default_branch: 'main',
    clone_url: `https://git.example.org/${full_name}.git`,
  };
}

/// The pull request as it was after a step of its story.
export function pull_of(pull, step, base_sha) {
  const state = pull.states[step];
  const repository = repository_of(pull.repository);
  const copied = { id: repository.id + 500_000, owner: user_of('author'), full_name: `author/${repository.name}` };
  const fork = { ...repository, ...copied };
  return {
    id: pull.repository.id * 100 + pull.number,
    number: pull.number,
    state: state.open ? 'open' : 'closed',
    title: 'A change',
    user: user_of('author'),
    author_association: 'NONE',
    draft: false,
    merged: false,
    labels: [],
    created_at: moment,
    updated_at: state.updated_at,
    head: { label: 'x', ref: `change-${pull.number}`, sha: state.head, repo: pull.fork ? fork : repository },
    base: { label: 'x', ref: 'main', sha: base_sha, repo: repository },
  };
}

export function check_of(check) {
  return {
    id: check.id,
    head_sha: check.head_sha,
    name: check.name,
    external_id: check.external_id ?? '',
    status: check.status,
    conclusion: check.conclusion ?? null,
    details_url: check.details_url ?? null,
    html_url: `https://example.org/checks/${check.id}`,
    url: `https://api.example.org/checks/${check.id}`,
    started_at: null,
    completed_at: check.completed_at ?? null,
    pull_requests: [],
    output: {
      title: check.output?.title ?? null,
      summary: check.output?.summary ?? null,
      text: check.output?.text ?? null,
      annotations_count: check.annotations ?? 0,
      annotations_url: `https://api.example.org/checks/${check.id}/annotations`,
    },
  };
}

export function comment_of(comment) {
  return {
    id: comment.id,
    url: `https://api.example.org/comments/${comment.id}`,
    html_url: `https://example.org/comments/${comment.id}`,
    issue_url: 'https://api.example.org/issues/1',
    body: comment.body,
    user: comment.login ? user_of(comment.login) : bot(),
    created_at: moment,
    updated_at: moment,
    author_association: 'NONE',
    ...(comment.login ? {} : { performed_via_github_app: { id: app.id, slug: app.slug, name: app.name } }),
  };
}
