// A/A jobs under bursts of load from outside: does a host that is not quiet make an unchanged program alarm?
//   node benchmarks/noise/experiment.mjs --out FILE.jsonl [--bin build/bin] [--jobs 200] [--pause-file FILE]
//   node benchmarks/noise/experiment.mjs --out FILE.jsonl --jobs 0     only prints what there is; --json FILE keeps it
// Goes on where FILE.jsonl stands, whatever ended it, until there are so many jobs. While the pause file exists nothing
// runs; the job that it interrupts is measured anew.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { run_course } from '../resumable/course.mjs';
import { figures_of } from './figures.mjs';
import { make_program, measure } from './job.mjs';

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
  let work;
  return run_course({
    name: 'noise',
    out: values.out,
    pause_file: values['pause-file'],
    failures_in_a_row: 3,
    next(records) {
      const done = records.filter((one) => !one.failed).length;
      return done < wanted ? { number: done + 1, seed: records.length + 1 } : undefined;
    },
    async measure({ number, seed }, stop, folder) {
      work ??= make_program(folder);
      const record = await measure({ benchgate, folder, work, seed, stop });
      return record && { job: record.failed ? 0 : number, ...record };
    },
    told: ({ number }, record) => `${number} of ${wanted}: ${words(record)}, ${record.seconds} s`,
    ended: (records) => show(figures_of(records)),
  });
}

function words(record) {
  if (record.failed) return `could not be measured (${record.failed})`;
  const verdict = record.alarmed.length ? `ALARM: ${record.alarmed.join(', ')}` : 'no alarm';
  return `${verdict}; ${record.bursts} bursts; blocks: ${record.blocks} count, ${record.why}`;
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
