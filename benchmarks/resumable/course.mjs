// Owns the course of an experiment that takes hours: piece after piece into a journal, on from where it stands whatever
// ended it. While the pause file exists nothing runs; the piece that it interrupts is measured anew. Knows nothing of
// what is measured.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Journal } from './journal.mjs';

const watch_ms = 250;

/// Resolves to an exit status. `next(records)` is the piece to do, undefined at the end; `measure(piece, stop, folder)`
/// resolves to its record (`failed` says why there is none), or to undefined where `stop`, an AbortSignal, ended it;
/// `told(piece, record)` is the line for people; `ended(records)` is called unless an error ended everything.
export async function run_course({ name, out, pause_file, failures_in_a_row, next, measure, told, ended = () => {} }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `benchgate-${name}-`));
  fs.chmodSync(folder, 0o711);
  let journal;
  try {
    journal = new Journal(out);
    const status = await fill(journal, { folder, pause_file, failures_in_a_row, next, measure, told });
    ended(journal.records);
    return status;
  } catch (error) {
    console.error(error.message);
    return 1;
  } finally {
    journal?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(journal, course) {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ended.abort());
  let failed = 0;
  while (!ended.signal.aborted) {
    const piece = course.next(journal.records);
    if (piece === undefined) return 0;
    const record = await measure_undisturbed(course, piece, ended.signal);
    if (!record) continue;
    failed = record.failed ? failed + 1 : 0;
    journal.add(record);
    if (failed === course.failures_in_a_row) throw new Error(`${failed} in a row could not be measured: ${record.failed}`);
    console.log(course.told(piece, record));
  }
  console.error('stopped; the same command goes on from here');
  return 130;
}

async function measure_undisturbed({ pause_file, measure, folder }, piece, ended) {
  const asked = () => pause_file && fs.existsSync(pause_file);
  while (asked() && !ended.aborted) await pause(watch_ms);
  if (ended.aborted) return undefined;
  const stop = new AbortController();
  const watch = setInterval(() => asked() && stop.abort(), watch_ms);
  const forward = () => stop.abort();
  ended.addEventListener('abort', forward);
  try {
    return await measure(piece, stop.signal, folder);
  } finally {
    clearInterval(watch);
    ended.removeEventListener('abort', forward);
  }
}
