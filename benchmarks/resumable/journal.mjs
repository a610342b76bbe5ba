// Owns the file of an experiment: one line of JSON for each pull request, written when it is over. A process that dies
// leaves at most half a line at the end, which the next one takes away. One process at a time writes.
import fs from 'node:fs';

export class Journal {
  #file;
  #lock;

  constructor(file) {
    this.#lock = `${file}.lock`;
    take(this.#lock);
    this.records = read(file, { mend: true });
    this.#file = fs.openSync(file, 'a');
  }

  add(record) {
    fs.writeSync(this.#file, `${JSON.stringify(record)}\n`);
    fs.fsyncSync(this.#file);
    this.records.push(record);
  }

  close() {
    fs.closeSync(this.#file);
    fs.rmSync(this.#lock, { force: true });
  }
}

/// The whole lines of a journal. `mend`: half a line at its end is cut off.
export function read(file, { mend = false } = {}) {
  if (!fs.existsSync(file)) return [];
  const bytes = fs.readFileSync(file);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (mend && end < bytes.length) fs.truncateSync(file, end);
  const lines = bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
  return lines.map((line, index) => {
    try {
      return JSON.parse(line);
    } catch {
      throw new Error(`${file}:${index + 1}: not a line of JSON`);
    }
  });
}

function take(lock) {
  for (;;) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const pid = Number(fs.readFileSync(lock, 'utf8'));
    if (pid > 0 && fs.existsSync(`/proc/${pid}`)) throw new Error(`process ${pid} writes this file already (${lock})`);
    fs.rmSync(lock, { force: true });
  }
}
