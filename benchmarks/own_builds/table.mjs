// Prints what the experiment of A/A pull requests came to.
//   node benchmarks/own_builds/table.mjs [--data benchmarks/data | --journal FILE.jsonl] [--write FOLDER] [--json FILE]
// --journal reads what experiment.mjs writes, finished or not; --write makes the compact files of it.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { read_data, write_data } from './data_files.mjs';
import { benchmarks_of, figures_of, promise, word_on_promise } from './figures.mjs';
import { read } from '../resumable/journal.mjs';

const data = path.join(import.meta.dirname, '../data');
const asks = {
  stamped: 'both sides rebuilt, the same program byte by byte, only a build number differs: the host and the procedure alone',
  shuffled: 'both sides rebuilt, every function and object at a random place: the layout besides, which is a real difference of the programs',
  orders: 'as shuffled, each side built four times and measured in all of them (link_orders: 4): what a project can ask of us',
  aligned: 'as shuffled, and the compiler lets every function begin on a cache line: what a project can do about it',
  reproducible: 'both sides rebuilt, nothing differs: what the comparison of artifacts finds',
};

const text = (value) => ({ type: 'string', default: value });
const { values } = parseArgs({ options: { data: text(data), journal: text(''), write: text(''), json: text('') } });
const percent = (share) => (share === undefined ? '–' : `${(100 * share).toFixed(2)} %`);

try {
  const records = values.journal ? read(values.journal) : read_data(values.data);
  const modes = Object.keys(asks).filter((mode) => records.some((one) => one.mode === mode));
  const figures = modes.map((mode) => figures_of(records, mode));
  print_modes(figures);
  for (const mode of modes) print_benchmarks(records, mode);
  print_host(records);
  if (values.write) write_data(values.write, records);
  if (values.json) fs.writeFileSync(values.json, JSON.stringify(Object.fromEntries(figures.map((one) => [one.mode, one]))));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function print_modes(figures) {
  console.log(`Alarmed: a benchmark is called regressed, on fresh blocks again. The promise is ${percent(promise)} of the pull requests at the most.\n`);
  const table = figures.map((one) => ({
    mode: one.mode,
    'pull requests': one.pull_requests,
    'same program': one.same_program,
    'identical, unmeasured': one.identical,
    alarmed: one.alarmed,
    share: one.identical === one.pull_requests ? '–' : percent(one.alarmed / one.pull_requests),
    '95 % interval': one.identical === one.pull_requests ? '–' : one.alarmed_between.map(percent).join(' to '),
    'the promise is': one.identical === one.pull_requests ? '–' : word_on_promise(one),
    'alarmed at first': one.alarmed_first,
    'called improved': one.improved,
    'check fails': one.failed_gate,
  }));
  console.table(table);
  for (const one of figures) console.log(`${one.mode}: ${asks[one.mode]}.${one.unmeasured ? ` ${one.unmeasured} could not be measured and are not counted.` : ''}`);
}

function print_benchmarks(records, mode) {
  const rows = benchmarks_of(records, mode);
  if (rows.length === 0) return;
  const { benchmarks, unchanged, inconclusive, regressed } = figures_of(records, mode);
  console.log(`\n${mode}: ${benchmarks} verdicts, ${unchanged} unchanged, ${inconclusive} inconclusive, ${regressed} regressed. Changes are |head / base - 1|.`);
  console.table(
    rows.map((one) => ({
      benchmark: one.name,
      alarmed: one.alarmed,
      improved: one.improved,
      'median change': percent(one.usual_change),
      '9 of 10 below': percent(one.high_change),
      'would see (median)': percent(one.detectable),
    })),
  );
}

function print_host(records) {
  const done = records.filter((one) => !one.failed && !one.identical);
  if (done.length === 0) return;
  const loads = done.map((one) => one.load).sort((a, b) => a - b);
  const blocks = done.reduce((sum, one) => sum + one.blocks, 0);
  const disturbed = done.reduce((sum, one) => sum + one.disturbed, 0);
  console.log(
    `\nThe host: load ${loads[0]} to ${loads.at(-1)}, median ${loads[loads.length >> 1]}, before a pull request; ${disturbed} attempts at a block were disturbed, ${blocks} blocks counted.`,
  );
}
