// A/A pull requests of a real C++ suite, both sides rebuilt: how often does an unchanged commit alarm?
//   node benchmarks/own_builds/experiment.mjs --out FILE.jsonl [--bin build/bin] [--stamped 100] [--shuffled 100]
//                                             [--orders 100] [--aligned 100] [--reproducible 20] [--pause-file FILE]
// Goes on where FILE.jsonl stands, whatever ended it, until there are so many of each mode. While the pause file exists
// nothing runs; the pull request that it interrupts is measured anew. What the modes ask: benchmarks/data/README.md.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { run_course } from '../resumable/course.mjs';
import { measure, modes } from './pull_request.mjs';

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
  const begun = Date.now();
  let made = 0;
  return run_course({
    name: 'own-builds',
    out: values.out,
    pause_file: values['pause-file'],
    failures_in_a_row: 5,
    next(records) {
      const done = Object.fromEntries(modes.map((mode) => [mode, count(records, mode)]));
      const mode = next_mode(done, wanted);
      return mode && { mode, done };
    },
    async measure({ mode, done }, stop, folder) {
      const record = await measure({ benchgate, folder, mode, stop });
      return record && { pull_request: record.failed ? 0 : done[mode] + 1, ...record };
    },
    told({ mode, done }, record) {
      if (!record.failed) ++made;
      const left = modes.reduce((sum, one) => sum + Math.max(0, wanted[one] - done[one]), 0) - 1;
      const minutes = made ? Math.ceil(((Date.now() - begun) / made / 60_000) * left) : 0;
      const place = `${mode} ${done[mode] + 1} of ${wanted[mode]}`;
      return `${place}: ${words(record)}, ${record.seconds} s; ${left} to go, about ${minutes} min`;
    },
  });
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
