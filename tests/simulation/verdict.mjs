// Owns what must hold when the storm is over, counted from GitHub's side alone: what stands on each pull request and
// each commit, and how often each installation was written to. Pure: the truth in, a table and violations out.

const sticky = '<!-- benchgate:sticky -->';
const most_writes_a_minute = 60;

/// {rows: {pull requests, checks, replies, ...}, violations: [text]}
export function judge(truth) {
  const found = { rows: {}, violations: [] };
  const count = (row, by = 1) => (found.rows[row] = (found.rows[row] ?? 0) + by);
  const blame = (text) => found.violations.push(text);
  const notes = new Map();
  for (const comment of truth.comments.values()) {
    const key = `${comment.repository.id}/${comment.number}`;
    notes.set(key, [...(notes.get(key) ?? []), comment.body]);
  }
  for (const pull of truth.world.pulls) {
    const bodies = notes.get(`${pull.repository.id}/${pull.number}`) ?? [];
    judge_pull(truth, pull, bodies, { count, blame });
    judge_answers(pull, bodies, { count, blame });
  }
  for (const repository of truth.world.repositories) judge_checks(repository, { count, blame });
  const busiest = Math.max(0, ...[...truth.writes.values()].map(most_within_a_minute));
  found.rows['most writes of an installation in 60 s'] = busiest;
  if (busiest > most_writes_a_minute) blame(`an installation was written to ${busiest} times in a minute`);
  return found;
}

/// A head of a fork waits for an approval, and somebody may have cancelled the last run: only then may the comment be
/// missing or speak of another head.
function judge_pull(truth, pull, bodies, { count, blame }) {
  const state = pull.states[pull.last];
  const name = `${pull.repository.full_name}#${pull.number}`;
  const comments = bodies.filter((body) => body.includes(sticky));
  const must = state.open && !pull.fork && !pull.cancelled;
  count(must ? 'pull requests that must have one comment' : 'pull requests that may have one comment');
  if (comments.length === 1) count(must ? '  of them have exactly one' : '  of these have one');
  if (comments.length > 1) blame(`${name} has ${comments.length} sticky comments`);
  if (must && comments.length === 0) blame(`${name} has no comment`);
  const short = state.head.slice(0, 7);
  const strays = must && comments.length === 1 && !comments[0].includes(short);
  if (strays) blame(`${name}: the comment is not about ${short}`);
  if (!state.open) return;
  const checks = truth.checks_of(pull.repository, state.head);
  count('heads of open pull requests');
  if (checks.length === 1 && checks[0].status === 'completed') count('  of them with exactly one completed check');
  else blame(`${name}: the head ${short} has ${checks.length} checks (${checks.map((one) => one.status)})`);
  const measured = ['success', 'failure', 'neutral', 'action_required'].includes(checks[0]?.conclusion);
  if (must && checks.length > 0 && !measured) blame(`${name}: the check of ${short} says ${checks[0].conclusion}`);
}

function judge_checks(repository, { count, blame }) {
  for (const [sha, checks] of repository.by_sha) {
    count('commits with a check');
    const names = new Set(checks.map((one) => one.name));
    const where = `${repository.full_name} ${sha.slice(0, 7)}`;
    if (names.size !== checks.length) blame(`${where} has ${checks.length} checks of ${names.size} names`);
    for (const check of checks) {
      count(`  concluded ${check.status === 'completed' ? check.conclusion : 'never'}`);
      if (check.status !== 'completed') blame(`${where}: the check is ${check.status}`);
    }
  }
}

function judge_answers(pull, bodies, { count, blame }) {
  for (const { id, body, reactions, step } of pull.comments) {
    if (!body.includes('/rebench') || step > pull.last) continue;
    count('commands');
    const replies = bodies.filter((one) => one.includes(`<!-- benchgate:reply:${id} -->`)).length;
    if (reactions.size === 1) count('  answered by a reaction');
    if (replies === 1) count('  answered by a reply');
    const name = `${pull.repository.full_name}#${pull.number}, comment ${id}`;
    if (replies > 1) blame(`${name} has ${replies} replies`);
    if (reactions.size > 1) blame(`${name} has the reactions ${[...reactions]}`);
  }
}

export function most_within_a_minute(times) {
  let most = 0;
  for (let from = 0, to = 0; to < times.length; ++to) {
    while (times[to] - times[from] >= 60_000) ++from;
    most = Math.max(most, to - from + 1);
  }
  return most;
}
