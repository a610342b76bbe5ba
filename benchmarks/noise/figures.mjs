// Owns what the jobs under load add up to. Pure: records in, figures out.
import { clopper_pearson } from '../own_builds/figures.mjs';

/// "3 thrown away (2 other processes, 1 stolen CPU time), 1 kept though disturbed (1 other processes)" -> counts by
/// reason.
export function reasons_of(why, what) {
  const part = why.match(new RegExp(`${what} \\(([^)]*)\\)`))?.[1];
  if (!part) return {};
  return Object.fromEntries(part.split(', ').map((one) => [one.replace(/^\d+ /, ''), Number.parseInt(one, 10)]));
}

export function figures_of(records) {
  const done = records.filter((one) => !one.failed);
  const sum = (of) => done.reduce((total, one) => total + of(one), 0);
  const alarmed = done.filter((one) => one.alarmed.length > 0).length;
  return {
    jobs: done.length,
    unmeasured: records.length - done.length,
    alarmed,
    alarmed_between: clopper_pearson(alarmed, done.length),
    improved: done.filter((one) => one.improved.length > 0).length,
    verdicts: sum((one) => one.benchmarks),
    inconclusive: sum((one) => one.inconclusive),
    blocks: sum((one) => one.blocks),
    thrown_away: sum((one) => one.thrown_away),
    why_thrown_away: added(done.map((one) => reasons_of(one.why, 'thrown away'))),
    why_kept: added(done.map((one) => reasons_of(one.why, 'kept though disturbed'))),
    jobs_with_void_blocks: done.filter((one) => one.thrown_away > 0).length,
    bursts: sum((one) => one.bursts),
    burst_share: sum((one) => one.burst_seconds) / Math.max(1e-9, sum((one) => one.seconds)),
    seconds: sum((one) => one.seconds),
  };
}

function added(list) {
  const total = {};
  for (const one of list) for (const [name, count] of Object.entries(one)) total[name] = (total[name] ?? 0) + count;
  return total;
}
