// A/A pull requests of a real C++ suite, both sides rebuilt: how often does an unchanged commit alarm?
//   node benchmarks/own_builds/experiment.mjs --out FILE.jsonl [--bin build/bin] [--stamped 100] [--shuffled 100]
//                                             [--orders 100] [--aligned 100] [--reproducible 20] [--pause-file FILE]
// Goes on where FILE.jsonl stands, whatever ended it, until there are so many of each mode. While the pause file exists
// nothing runs; the pull request that it interrupts is measured anew. What the modes ask: benchmarks/data/README.md.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Journal } from './journal.mjs';
import { measure, modes } from './pull_request.mjs';

const failures_in_a_row = 5;
const watch_ms = 250;

const text = (value) => ({ type: 'string', default: value });
const { values } = parseArgs({
  options: {
    out: text(''),
    bin: text('build/bin'),
    'pause-file': text(''),
    stamped: text('100'),
    shuffled: text('100'),
    orders: text('100'),
    aligned: text('100'),
    reproducible: text('20'),
  },
});

process.exitCode = await main();

async function main() {
  const wanted = Object.fromEntries(modes.map((mode) => [mode, Number(values[mode])]));
  if (!values.out || Object.values(wanted).some((count) => !Number.isInteger(count) || count < 0)) {
    const counts = modes.map((mode) => ` [--${mode} N]`).join('');
    console.error(`usage: node benchmarks/own_builds/experiment.mjs --out FILE.jsonl [--bin DIR] [--pause-file FILE]${counts}`);
    return 2;
  }
  const benchgate = path.resolve(values.bin, 'benchgate');
  if (!fs.existsSync(benchgate)) {
    console.error(`${benchgate} is not built (./run build)`);
    return 2;
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'benchgate-own-builds-'));
  fs.chmodSync(folder, 0o711);
  let journal;
  try {
    journal = new Journal(values.out);
    return await fill(journal, wanted, { benchgate, folder });
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
  const begun = Date.now();
  let made = 0;
  let failed = 0;
  while (!ended.signal.aborted) {
    const done = Object.fromEntries(modes.map((mode) => [mode, count(journal.records, mode)]));
    const mode = next_mode(done, wanted);
    if (!mode) return 0;
    const record = await measure_undisturbed({ ...where, mode }, ended.signal);
    if (!record) continue;
    failed = record.failed ? failed + 1 : 0;
    journal.add({ pull_request: record.failed ? 0 : done[mode] + 1, ...record });
    if (failed === failures_in_a_row) throw new Error(`${failed} in a row could not be measured: ${record.failed}`);
    if (!record.failed) ++made;
    const left = modes.reduce((sum, one) => sum + Math.max(0, wanted[one] - done[one]), 0) - 1;
    const minutes = made ? Math.ceil(((Date.now() - begun) / made / 60_000) * left) : 0;
    const place = `${mode} ${done[mode] + 1} of ${wanted[mode]}`;
    console.log(`${place}: ${words(record)}, ${record.seconds} s; ${left} to go, about ${minutes} min`);
  }
  console.error('stopped; the same command goes on from here');
  return 130;
}

function count(records, mode) {
  return records.filter((one) => one.mode === mode && !one.failed).length;
}

/// The mode that is furthest behind, so that what the host did in an hour meets all of them.
function next_mode(done, wanted) {
  const open = modes.filter((mode) => done[mode] < wanted[mode]);
  return open.sort((a, b) => done[a] / wanted[a] - done[b] / wanted[b])[0];
}

function words(record) {
  if (record.failed) return `could not be measured (${record.failed})`;
  if (record.identical) return 'identical artifacts, nothing measured';
  const alarms = record.benchmarks.filter((one) => one.verdict === 'regressed');
  return alarms.length ? `ALARM: ${alarms.map((one) => `${one.name} x${one.ratio.toFixed(3)}`).join(', ')}` : 'no alarm';
}

async function measure_undisturbed(input, ended) {
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
