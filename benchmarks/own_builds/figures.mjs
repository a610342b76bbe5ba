// Owns what the pull requests of the experiment add up to. Pure: records in, figures out.

/// The promise of the default policy: at most this share of the pull requests in which nothing changed may alarm.
export const promise = 0.01;

/// The records of one mode that were measured, as figures.
export function figures_of(records, mode) {
  const all = records.filter((one) => one.mode === mode);
  const done = all.filter((one) => !one.failed);
  const verdicts = done.flatMap((one) => one.benchmarks);
  const kind = (word) => verdicts.filter((one) => one.verdict === word).length;
  const with_any = (test) => done.filter((one) => one.benchmarks.some(test)).length;
  const alarmed = with_any((one) => one.verdict === 'regressed');
  return {
    mode,
    pull_requests: done.length,
    unmeasured: all.length - done.length,
    identical: done.filter((one) => one.identical).length,
    same_program: done.filter((one) => one.same_program).length,
    alarmed,
    alarmed_between: clopper_pearson(alarmed, done.length),
    alarmed_first: with_any((one) => one.alarmed_first),
    improved: with_any((one) => one.verdict === 'improved'),
    failed_gate: done.filter((one) => one.gate === 'failure').length,
    benchmarks: verdicts.length,
    regressed: kind('regressed'),
    unchanged: kind('unchanged'),
    inconclusive: kind('inconclusive'),
    blocks: sum(done, (one) => one.blocks),
    disturbed: sum(done, (one) => one.disturbed),
    seconds: sum(done, (one) => one.seconds),
  };
}

/// What the figures say of the promise, by the interval alone.
export function word_on_promise({ alarmed_between: [low, high] }) {
  if (low > promise) return 'broken';
  return high <= promise ? 'kept' : 'not contradicted';
}

/// Each benchmark of a mode: how often it alarmed or improved, and what its estimates spread over.
export function benchmarks_of(records, mode) {
  const by_name = new Map();
  for (const one of records.filter((record) => record.mode === mode && !record.failed).flatMap((record) => record.benchmarks))
    by_name.set(one.name, [...(by_name.get(one.name) ?? []), one]);
  return [...by_name].sort().map(([name, all]) => {
    const changes = all.filter((one) => one.ratio > 0).map((one) => Math.abs(Math.log(one.ratio)));
    const detectable = all.filter((one) => one.detectable !== null).map((one) => one.detectable);
    return {
      name,
      pull_requests: all.length,
      alarmed: all.filter((one) => one.verdict === 'regressed').length,
      improved: all.filter((one) => one.verdict === 'improved').length,
      usual_change: as_change(quantile(changes, 0.5)),
      high_change: as_change(quantile(changes, 0.9)),
      detectable: quantile(detectable, 0.5),
    };
  });
}

const as_change = (log) => (log === undefined ? undefined : Math.exp(log) - 1);
const sum = (list, of) => list.reduce((total, one) => total + of(one), 0);

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] : undefined;
}

/// The exact two-sided 95 % interval of a share (Clopper and Pearson 1934): the shares p at which P(X >= k), and
/// P(X <= k), are 2.5 %.
export function clopper_pearson(k, n, error = 0.05) {
  if (n === 0) return [0, 1];
  const low = k === 0 ? 0 : where((p) => 1 - at_most(k - 1, n, p) >= error / 2);
  const high = k === n ? 1 : where((p) => at_most(k, n, p) <= error / 2);
  return [low, high];
}

/// P(X <= k) of n tries with the chance p.
function at_most(k, n, p) {
  let log_term = n * Math.log1p(-p);
  let total = Math.exp(log_term);
  for (let i = 1; i <= k; ++i) {
    log_term += Math.log((n - i + 1) / i) + Math.log(p) - Math.log1p(-p);
    total += Math.exp(log_term);
  }
  return Math.min(1, total);
}

/// The smallest p in (0, 1) at which a condition holds that holds for all larger ones, by halving.
function where(holds) {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; ++i) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
