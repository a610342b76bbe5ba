// Owns one A/A pull request: a repository with one commit, both sides built from it and compared by the program as a
// person would. Answers the verdicts as a plain record. Knows nothing of how many there are or where they are kept.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;
export const modes = ['stamped', 'shuffled', 'orders', 'aligned', 'reproducible'];

/// The policy is the default one: 1 % of pull requests may alarm, 3 % are to be detected. 28 trials a side instead of
/// 60 make a pull request cheap; the whole 1 % is spent on the looks up to there.
const trials = 28;
const config = (mode) => `suites:
  text:
    build: "sh build.sh ${mode === 'orders' ? 'shuffled' : mode}"
    link_orders: ${mode === 'orders' ? 4 : 1}
    run: "build/text_bench --benchmark_filter={filter} --benchmark_out={output} --benchmark_out_format=json --benchmark_min_time=0.005"
    format: google-benchmark
    artifacts: ["build/text_bench"${mode === 'reproducible' ? '' : ', "build/number/*"'}]
    trials: { max: ${trials} }
`;

/// A repository with the demo's library at its only commit, built as `mode` says.
export function make_repository(folder, mode) {
  const work = path.join(folder, mode);
  fs.rmSync(work, { recursive: true, force: true });
  fs.cpSync(path.join(here, '../../demo/library'), work, { recursive: true });
  fs.copyFileSync(path.join(here, 'build.sh'), path.join(work, 'build.sh'));
  fs.writeFileSync(path.join(work, '.benchgate.yml'), config(mode));
  const identity = { name: 'Own Builds', email: 'own.builds@example.org' };
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  for (const who of ['AUTHOR', 'COMMITTER'])
    Object.assign(env, { [`GIT_${who}_NAME`]: identity.name, [`GIT_${who}_EMAIL`]: identity.email });
  const git = (...words) => execFileSync('git', ['-C', work, ...words], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Text tools and their benchmarks');
  return work;
}

/// Resolves to the record, or to undefined where `stop` (an AbortSignal) ended it before its end.
export async function measure({ benchgate, folder, mode, stop }) {
  const work = make_repository(folder, mode);
  const files = { json: path.join(folder, 'report.json'), bundle: path.join(folder, 'bundle.json') };
  for (const file of Object.values(files)) fs.rmSync(file, { force: true });
  const words = ['compare', 'HEAD..HEAD', '--repo', work, '--explain', '--json', files.json, '--bundle', files.bundle];
  const started = new Date();
  const load = Number(fs.readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);
  const { status, words: said } = await run(benchgate, words, { stop, temporary: path.join(folder, 'tmp') });
  if (stop.aborted) return undefined;
  const record = { mode, started: started.toISOString().slice(0, 19) + 'Z', load, seconds: seconds_since(started) };
  if (!fs.existsSync(files.json)) return { ...record, failed: `status ${status}: ${said.trim().slice(-400)}` };
  const suite = JSON.parse(fs.readFileSync(files.json, 'utf8')).suites[0];
  if (suite.error) return { ...record, failed: `${suite.error.phase}: ${suite.error.message}`.slice(0, 400) };
  return { ...record, ...facts_of(suite, JSON.parse(fs.readFileSync(files.bundle, 'utf8'))) };
}

const seconds_since = (then) => Math.round((Date.now() - then) / 100) / 10;

/// What is kept of a suite's report and of the bundle behind it.
export function facts_of(suite, bundle) {
  const program = 'build/text_bench';
  const number = (artifacts) => Object.keys(artifacts).find((name) => name.startsWith('build/number/'))?.slice(13) ?? '';
  return {
    judge: suite.judge_version,
    identical: suite.identical,
    same_program: bundle.base_artifacts[program] === bundle.head_artifacts[program],
    base: number(bundle.base_artifacts),
    head: number(bundle.head_artifacts),
    seed: String(suite.seed),
    gate: suite.gate,
    blocks: suite.blocks_kept,
    disturbed: suite.blocks_void,
    benchmarks: suite.verdicts.map((one) => ({
      name: one.benchmark,
      verdict: one.verdict,
      level: one.level ?? '',
      alarmed_first: one.explain.confirmation !== null,
      trials: one.trials_used,
      base_ns: one.base,
      ratio: one.ratio,
      interval: one.nominal_interval,
      detectable: one.minimum_detectable,
    })),
  };
}

/// Ends the program by its pid on `stop`; it ends what it started.
export function run(program, words, { stop, temporary }) {
  fs.rmSync(temporary, { recursive: true, force: true });
  fs.mkdirSync(temporary, { recursive: true });
  const env = { ...process.env, TMPDIR: temporary, NO_COLOR: '1' };
  const child = spawn(program, words, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (part) => (said = (said + part).slice(-4000)));
  const end = () => child.kill('SIGTERM');
  stop.addEventListener('abort', end);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      stop.removeEventListener('abort', end);
      resolve({ status, words: said });
    });
  });
}
