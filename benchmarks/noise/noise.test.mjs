// What somebody who runs the experiment relies on: figures that are so, bursts that come again from their seed, and none
// that outlives it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { chances, kinds, next_burst, start_bursts } from './bursts.mjs';
import { figures_of, reasons_of } from './figures.mjs';
import { facts_of } from './job.mjs';

const job = (more) => ({
  job: 1, seconds: 10, bursts: 2, burst_seconds: 3, blocks: 3, thrown_away: 0, why: 'none', alarmed: [], improved: [], inconclusive: 0, benchmarks: 6, ...more,
});

test('blocks are counted by the reason for which they were thrown away', () => {
  const why = '3 thrown away (2 other processes, 1 stolen CPU time), 1 kept though disturbed (1 other processes)';
  assert.deepEqual(reasons_of(why, 'thrown away'), { 'other processes': 2, 'stolen CPU time': 1 });
  assert.deepEqual(reasons_of(why, 'kept though disturbed'), { 'other processes': 1 });
  assert.deepEqual(reasons_of('none', 'thrown away'), {});
  const figures = figures_of([job({ thrown_away: 3, why }), job({ alarmed: ['sort', 'join'] }), job({ thrown_away: 3, why }), { failed: 'x', seconds: 1 }]);
  assert.equal(figures.jobs, 3);
  assert.equal(figures.unmeasured, 1);
  assert.equal(figures.alarmed, 1, 'a job alarms once');
  assert.equal(figures.thrown_away, 6);
  assert.equal(figures.jobs_with_void_blocks, 2);
  assert.deepEqual(figures.why_thrown_away, { 'other processes': 4, 'stolen CPU time': 2 });
  assert.ok(Math.abs(figures.burst_share - 0.3) < 1e-9);
});

test('what a report and its bundle say is what is kept', () => {
  const suite = {
    judge_version: '3', seed: 7, gate: 'success', blocks_kept: 2, blocks_void: 1,
    verdicts: [{ benchmark: 'sort', verdict: 'unchanged' }, { benchmark: 'join', verdict: 'regressed' }],
  };
  const kept = facts_of(suite, { host: [{ id: 'trials.void_blocks', observed: '1 thrown away (1 swapping)' }] });
  assert.deepEqual(kept.alarmed, ['join']);
  assert.equal(kept.why, '1 thrown away (1 swapping)');
});

test('the same seed gives the same bursts, of every kind and within their bounds', () => {
  const draw = (seed) => {
    const chance = chances(seed);
    return Array.from({ length: 200 }, () => next_burst(chance, 4));
  };
  assert.deepEqual(draw(5), draw(5));
  assert.notDeepEqual(draw(5), draw(6));
  const all = draw(5);
  assert.deepEqual(new Set(all.map((one) => one.kind)), new Set(Object.keys(kinds)));
  assert.ok(all.every((one) => one.for_ms >= 200 && one.for_ms <= 2000 && one.after_ms >= 200 && one.after_ms <= 2500));
  assert.ok(all.every((one) => one.processes >= 1 && one.processes <= 4));
});

test('no burst outlives the job', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'noise-test-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const of_ours = () => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n').filter((line) => line.includes(folder));
  const bursts = start_bursts({ seed: 1, folder, next: () => ({ after_ms: 0, for_ms: 60_000, kind: 'disk', processes: 2 }) });
  while (of_ours().length < 2) await pause(20);
  const told = await bursts.stop();
  assert.equal(told.bursts, 1);
  assert.deepEqual(of_ours(), []);
});
