// What somebody who runs the experiment relies on: nothing counted twice or lost when it dies, and figures that are so.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { read_data, write_data } from './data_files.mjs';
import { benchmarks_of, clopper_pearson, figures_of, word_on_promise } from './figures.mjs';
import { Journal, read } from '../resumable/journal.mjs';

function folder(t) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'own-builds-test-'));
  t.after(() => fs.rmSync(made, { recursive: true, force: true }));
  return made;
}

const benchmark = (verdict, ratio = 1) => ({
  name: 'sort', verdict, level: '', alarmed_first: verdict === 'regressed', trials: 12, base_ns: 1234, ratio, interval: [0.9, null], detectable: 0.05,
});
const pull = (pull_request, ...benchmarks) => ({
  mode: 'shuffled', pull_request, started: '2026-01-02T03:04:05Z', load: 1.5, seconds: 20, judge: '2', identical: false, same_program: false,
  base: '1', head: '2', seed: '9007199254740993', gate: 'success', blocks: 3, disturbed: 1, benchmarks,
});

test('half a line of a killed process is taken away, and the rest goes on', (t) => {
  const file = path.join(folder(t), 'all.jsonl');
  const first = new Journal(file);
  first.add({ mode: 'stamped', pull_request: 1 });
  first.close();
  fs.appendFileSync(file, '{"mode":"stamped","pull_req');
  assert.equal(read(file).length, 1, 'a reader leaves it alone');
  const second = new Journal(file);
  assert.deepEqual(second.records, [{ mode: 'stamped', pull_request: 1 }]);
  second.add({ mode: 'stamped', pull_request: 2 });
  second.close();
  assert.deepEqual(read(file).map((one) => one.pull_request), [1, 2]);
});

test('two processes do not write one journal, and a dead one does not keep it', (t) => {
  const file = path.join(folder(t), 'all.jsonl');
  const one = new Journal(file);
  assert.throws(() => new Journal(file), /writes this file already/);
  one.close();
  fs.writeFileSync(`${file}.lock`, '4194305');
  new Journal(file).close();
});

test('the interval is the published one', () => {
  // 0 of 100 and 5 of 100 as every table has them; 1 - 0.025^(1/100) for none.
  const near = (got, want) => assert.ok(Math.abs(got - want) < 1e-4, `${got} is not ${want}`);
  near(clopper_pearson(0, 100)[1], 0.0362);
  near(clopper_pearson(5, 100)[0], 0.0164);
  near(clopper_pearson(5, 100)[1], 0.1128);
  near(clopper_pearson(100, 100)[0], 0.9638);
  assert.deepEqual(clopper_pearson(0, 0), [0, 1]);
});

test('a pull request alarms once however many of its benchmarks do, and the interval alone speaks of the promise', () => {
  const records = [pull(1, benchmark('regressed', 1.2), benchmark('regressed', 1.3)), pull(2, benchmark('unchanged')), pull(3, benchmark('improved', 0.8))];
  const figures = figures_of([...records, { mode: 'shuffled', failed: 'the host was out of memory' }], 'shuffled');
  assert.equal(figures.pull_requests, 3);
  assert.equal(figures.unmeasured, 1);
  assert.equal(figures.alarmed, 1);
  assert.equal(figures.improved, 1);
  assert.equal(word_on_promise({ alarmed_between: clopper_pearson(0, 100) }), 'not contradicted');
  assert.equal(word_on_promise({ alarmed_between: clopper_pearson(9, 100) }), 'broken');
  assert.equal(word_on_promise({ alarmed_between: clopper_pearson(0, 1000) }), 'kept');
  assert.equal(benchmarks_of(records, 'shuffled')[0].alarmed, 2);
});

test('the compact files hold what the figures need', (t) => {
  const place = folder(t);
  const records = [pull(1, benchmark('regressed', 1.25)), { ...pull(2), identical: true, gate: null }, { mode: 'stamped', started: 'x', load: 1, seconds: 2, failed: 'build, "lost"' }];
  write_data(place, records);
  const back = read_data(place);
  for (const mode of ['shuffled', 'stamped']) assert.deepEqual(figures_of(back, mode), figures_of(records, mode));
  assert.deepEqual(benchmarks_of(back, 'shuffled'), benchmarks_of(records, 'shuffled'));
  assert.equal(back[0].seed, '9007199254740993', 'larger than a number of JavaScript holds');
});
