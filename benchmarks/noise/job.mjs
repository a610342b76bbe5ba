// Owns one A/A job under bursts of load: one program that is built once, measured against itself by `benchgate compare`
// as a person would. Answers a plain record. Knows nothing of how many there are or where they are kept.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { make_repository, run } from '../own_builds/pull_request.mjs';
import { start_bursts } from './bursts.mjs';

/// The demo's benchmarks, a few milliseconds each. The policy is the default one; 28 trials a side instead of 60
/// make a job cheap, and the whole 1 % is spent on the looks up to there.
const config = `suites:
  text:
    run: "build/text_bench --benchmark_filter={filter} --benchmark_out={output} --benchmark_out_format=json --benchmark_min_time=0.005"
    format: google-benchmark
    trials: { max: 28 }
`;

/// A repository whose only commit holds the built program: no job builds anything.
export function make_program(folder) {
  const work = make_repository(folder, 'stamped');
  const git = (...words) => execFileSync('git', ['-C', work, '-c', 'user.name=Noise', '-c', 'user.email=noise@example.org', ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync('sh', ['build.sh', 'stamped'], { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
  fs.writeFileSync(path.join(work, '.benchgate.yml'), config);
  git('add', '--all', '--force', '.benchgate.yml', 'build/text_bench');
  git('commit', '--quiet', '--message', 'The built program');
  return work;
}

/// Resolves to the record, or to undefined where `stop` (an AbortSignal) ended it before its end.
export async function measure({ benchgate, folder, work, seed, stop }) {
  const files = { json: path.join(folder, 'report.json'), bundle: path.join(folder, 'bundle.json') };
  for (const file of Object.values(files)) fs.rmSync(file, { force: true });
  const words = ['compare', 'HEAD..HEAD', '--repo', work, '--filter', 't*', '--json', files.json, '--bundle', files.bundle];
  const started = new Date();
  const bursts = start_bursts({ seed, folder });
  let ended;
  let told;
  try {
    ended = await run(benchgate, words, { stop, temporary: path.join(folder, 'tmp') });
  } finally {
    told = await bursts.stop();
  }
  if (stop.aborted) return undefined;
  const record = {
    started: started.toISOString().slice(0, 19) + 'Z',
    seconds: Math.round((Date.now() - started) / 100) / 10,
    bursts: told.bursts,
    burst_seconds: Math.round(told.seconds * 10) / 10,
  };
  if (!fs.existsSync(files.json)) return { ...record, failed: `status ${ended.status}: ${ended.words.trim().slice(-400)}` };
  const suite = JSON.parse(fs.readFileSync(files.json, 'utf8')).suites[0];
  if (suite.error) return { ...record, failed: `${suite.error.phase}: ${suite.error.message}`.slice(0, 400) };
  return { ...record, ...facts_of(suite, JSON.parse(fs.readFileSync(files.bundle, 'utf8'))) };
}

/// What is kept of a suite's report and of the bundle behind it.
export function facts_of(suite, bundle) {
  const fact = bundle.host.find((one) => one.id === 'trials.void_blocks');
  return {
    judge: suite.judge_version,
    seed: String(suite.seed),
    gate: suite.gate,
    blocks: suite.blocks_kept,
    thrown_away: suite.blocks_void,
    why: fact?.observed ?? '',
    alarmed: suite.verdicts.filter((one) => one.verdict === 'regressed').map((one) => one.benchmark),
    improved: suite.verdicts.filter((one) => one.verdict === 'improved').map((one) => one.benchmark),
    inconclusive: suite.verdicts.filter((one) => one.verdict === 'inconclusive').length,
    benchmarks: suite.verdicts.length,
  };
}
