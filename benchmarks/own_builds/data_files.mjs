// Owns the two compact files that the experiment is kept in: a line for each pull request, and one for each of its
// benchmarks. Numbers are rounded to what the noise leaves of them.
import fs from 'node:fs';
import path from 'node:path';

const pulls_file = 'own_builds_pull_requests.csv';
const benchmarks_file = 'own_builds.csv';
const pull_columns = ['mode', 'pull_request', 'started', 'load', 'seconds', 'judge', 'identical', 'same_program', 'base', 'head', 'seed', 'gate', 'blocks', 'disturbed', 'failed'];
const benchmark_columns = ['mode', 'pull_request', 'benchmark', 'verdict', 'level', 'alarmed_first', 'trials', 'base_ns', 'ratio', 'low', 'high', 'detectable'];
const flags = new Set(['identical', 'same_program', 'alarmed_first']);
const numbers = new Set(['pull_request', 'load', 'seconds', 'blocks', 'disturbed', 'trials', 'base_ns', 'ratio', 'low', 'high', 'detectable']);

export function write_data(folder, records) {
  const pulls = records.map((one) => pull_columns.map((column) => cell(column, one[column])));
  const benchmarks = records.flatMap((pull) =>
    (pull.benchmarks ?? []).map((one) => {
      const row = { ...one, mode: pull.mode, pull_request: pull.pull_request, benchmark: one.name };
      [row.low, row.high] = one.interval;
      return benchmark_columns.map((column) => cell(column, row[column]));
    }),
  );
  write(path.join(folder, pulls_file), pull_columns, pulls);
  write(path.join(folder, benchmarks_file), benchmark_columns, benchmarks);
}

export function read_data(folder) {
  const records = read(path.join(folder, pulls_file), pull_columns);
  const found = new Map(records.map((one) => [`${one.mode} ${one.pull_request}`, Object.assign(one, { benchmarks: [] })]));
  for (const { mode, pull_request, benchmark, low, high, ...rest } of read(path.join(folder, benchmarks_file), benchmark_columns)) {
    const pull = found.get(`${mode} ${pull_request}`);
    if (!pull) throw new Error(`${benchmarks_file}: ${mode} ${pull_request} is no pull request of ${pulls_file}`);
    pull.benchmarks.push({ ...rest, name: benchmark, interval: [low, high] });
  }
  return records;
}

function cell(column, value) {
  if (value === null || value === undefined) return '';
  if (flags.has(column)) return value ? '1' : '0';
  if (column === 'base_ns') return value.toPrecision(4);
  if (['ratio', 'low', 'high', 'detectable'].includes(column)) return value.toFixed(4);
  return String(value).replace(/[",\r\n]/g, ' ');
}

function write(file, columns, rows) {
  const fresh = `${file}.new`;
  fs.writeFileSync(fresh, [columns, ...rows].map((row) => `${row.join(',')}\n`).join(''));
  fs.renameSync(fresh, file);
}

function read(file, columns) {
  const [heading, ...lines] = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
  if (heading !== columns.join(',')) throw new Error(`${file}:1: the columns should be ${columns.join(',')}`);
  return lines.map((line, index) => {
    const cells = line.split(',');
    if (cells.length !== columns.length) throw new Error(`${file}:${index + 2}: ${cells.length} cells, ${columns.length} are due`);
    return Object.fromEntries(columns.map((column, i) => [column, value(column, cells[i])]));
  });
}

function value(column, text) {
  if (flags.has(column)) return text === '1';
  if (numbers.has(column)) return text === '' ? null : Number(text);
  return text;
}
