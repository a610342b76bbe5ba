// A/A jobs under bursts of load from outside: does a host that is not quiet make an unchanged program alarm?
//   node benchmarks/noise/experiment.mjs --out FILE.jsonl [--bin build/bin] [--jobs 200] [--pause-file FILE]
//   node benchmarks/noise/experiment.mjs --out FILE.jsonl --jobs 0     only prints what there is; --json FILE keeps it
// Goes on where FILE.jsonl stands, whatever ended it, until there are so many jobs. While the pause file exists nothing
// runs; the job that it interrupts is measured anew.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Journal } from '../own_builds/journal.mjs';
import { figures_of } from './figures.mjs';
import { make_program, measure } from './job.mjs';

const failures_in_a_row = 3;
const watch_ms = 250;

const text = (value) => ({ type: 'string', default: value });
const { values } = parseArgs({
  options: { out: text(''), bin: text('build/bin'), jobs: text('200'), 'pause-file': text(''), json: text('') },
});

process.exitCode = await main();

async function main() {
  const wanted = Number(values.jobs);
  const benchgate = path.resolve(values.bin, 'benchgate');
  if (!values.out || !Number.isInteger(wanted) || wanted < 0) {
    console.error('usage: node benchmarks/noise/experiment.mjs --out FILE.jsonl [--bin DIR] [--jobs N] [--pause-file FILE] [--json FILE]');
    return 2;
  }
  if (wanted > 0 && !fs.existsSync(benchgate)) {
    console.error(`${benchgate} is not built (./run build)`);
    return 2;
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'benchgate-noise-'));
  fs.chmodSync(folder, 0o711);
  let journal;
  try {
    journal = new Journal(values.out);
    const status = await fill(journal, wanted, { benchgate, folder });
    show(figures_of(journal.records));
    return status;
  } catch (error) {
    console.error(error.message);
    return 1;
  } finally {
    journal?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(journal, wanted, where) {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ended.abort());
  const count = () => journal.records.filter((one) => !one.failed).length;
  let work;
  let failed = 0;
  while (!ended.signal.aborted) {
    const done = count();
    if (done >= wanted) return 0;
    work ??= make_program(where.folder);
    const record = await measure_unpaused({ ...where, work, seed: journal.records.length + 1 }, ended.signal);
    if (!record) continue;
    failed = record.failed ? failed + 1 : 0;
    journal.add({ job: record.failed ? 0 : done + 1, ...record });
    if (failed === failures_in_a_row) throw new Error(`${failed} in a row could not be measured: ${record.failed}`);
    console.log(`${done + 1} of ${wanted}: ${words(record)}, ${record.seconds} s`);
  }
  console.error('stopped; the same command goes on from here');
  return 130;
}

function words(record) {
  if (record.failed) return `could not be measured (${record.failed})`;
  const verdict = record.alarmed.length ? `ALARM: ${record.alarmed.join(', ')}` : 'no alarm';
  return `${verdict}; ${record.bursts} bursts; blocks: ${record.blocks} count, ${record.why}`;
}

async function measure_unpaused(input, ended) {
  const asked = () => values['pause-file'] && fs.existsSync(values['pause-file']);
  while (asked() && !ended.aborted) await pause(watch_ms);
  if (ended.aborted) return undefined;
  const stop = new AbortController();
  const watch = setInterval(() => asked() && stop.abort(), watch_ms);
  const forward = () => stop.abort();
  ended.addEventListener('abort', forward);
  try {
    return await measure({ ...input, stop: stop.signal });
  } finally {
    clearInterval(watch);
    ended.removeEventListener('abort', forward);
  }
}

function show(figures) {
  const percent = (share) => `${(100 * share).toFixed(2)} %`;
  const listed = (counts) => Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(', ') || 'none';
  console.table({
    'A/A jobs under bursts of load': figures.jobs,
    'could not be measured': figures.unmeasured,
    alarmed: figures.alarmed,
    '95 % interval': figures.alarmed_between.map(percent).join(' to '),
    'called improved': figures.improved,
    'verdicts, inconclusive ones': `${figures.verdicts}, ${figures.inconclusive}`,
    'blocks that count': figures.blocks,
    'blocks thrown away': `${figures.thrown_away} in ${figures.jobs_with_void_blocks} jobs (${listed(figures.why_thrown_away)})`,
    'blocks kept though disturbed': listed(figures.why_kept),
    'bursts, share of the time': `${figures.bursts}, ${percent(figures.burst_share)}`,
    'seconds a job': figures.jobs ? (figures.seconds / figures.jobs).toFixed(1) : '–',
  });
  if (values.json) fs.writeFileSync(values.json, JSON.stringify(figures));
}
