// Owns what the demo says of its result: the comment, the check and the page for people, and, for CI, what differs from
// what must be so. Pure but for printing.

export const expected_regressions = ['symbol_table_intern', 'top_k'];

/// The check of the pull request's head: the newest one of that name.
export function check_of(state) {
  return state.check_runs.filter(({ name }) => name === 'benchgate').sort((one, other) => other.id - one.id)[0];
}

/// One line for the phase a check is in: under way, how far its suite is.
export function progress_line(check) {
  if (!check) return 'waiting for the check';
  const { title, summary } = check.output ?? {};
  const suite = check.status === 'in_progress' ? as_text(first_item(summary)) : '';
  return [check.status.replace('_', ' '), title, suite].filter(Boolean).join(' | ');
}

export function print_outcome(state, check, page) {
  const comment = state.comments.map(({ user, body }) => `${user.login} commented:\n\n${as_text(body)}`);
  console.log(`\n${comment.join('\n\n') || 'No comment.'}\n`);
  console.log(`Check  ${check.name}: ${check.status}, ${check.conclusion}: ${check.output.title}`);
  console.log(`Page   ${page}`);
}

/// Sentences about what is not as it must be; `report` is the service's own document of the run.
export function differences({ state, check, report, violations }) {
  const found = [];
  const regressed = named(report, 'regressed');
  if (regressed.join() !== expected_regressions.join()) {
    found.push(`regressed are [${regressed}], should be [${expected_regressions}]`);
  }
  if (check.status !== 'completed') found.push(`the check is ${check.status}, should be completed`);
  if (check.conclusion !== 'failure') found.push(`the check says ${check.conclusion}, should say failure`);
  if (state.comments.length !== 1) found.push(`there are ${state.comments.length} comments, should be 1`);
  for (const benchmark of expected_regressions) {
    if (!state.comments.some(({ body }) => body.replaceAll("\\", "").includes(benchmark)))
      found.push(`the comment does not name ${benchmark}`);
  }
  for (const { method, path, location, message } of violations) {
    found.push(`GitHub would have refused ${method} ${path}: ${location.join('.')} ${message}`);
  }
  return found;
}

function named(report, kind) {
  const verdicts = report.suites.flatMap((suite) => suite.verdicts);
  return [...new Set(verdicts.filter(({ verdict }) => verdict === kind).map(({ benchmark }) => benchmark))].sort();
}

function first_item(text) {
  return (text ?? '').split('\n').find((line) => line.startsWith('- '))?.slice(2) ?? '';
}

function as_text(markdown) {
  const plain = markdown.replace(/<!--.*?-->/gs, '').replace(/<[^<>]+>/g, '');
  const named = { lt: '<', gt: '>', quot: '"', amp: '&' };
  const read = plain.replace(/&(?:#(\d{1,5})|(lt|gt|quot|amp));/g, (_, code, name) =>
    code ? String.fromCharCode(code) : named[name],
  );
  return read.replace(/\\([_*~[\]])/g, '$1').replace(/\n{3,}/g, '\n\n').trim();
}
