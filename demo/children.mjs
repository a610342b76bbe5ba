// Owns the demo's child processes: each writes a log file, ends by its pid, and its end before time is an error that
// says why. Knows nothing of what they do.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const patience_ms = 20_000; // for an orderly end
const tail_lines = 40;

export class Children {
  #folder;
  #running = [];
  #ending = false;
  #fail;

  /// `failed` rejects when a child ends on its own.
  constructor(folder) {
    this.#folder = folder;
    fs.mkdirSync(folder, { recursive: true });
    this.failed = new Promise((_, reject) => (this.#fail = reject));
    this.failed.catch(() => {});
  }

  /// Starts a child that lasts. With `ready`, standard output is not logged but handed over: answers its first line.
  start(name, program, words, { env = {}, ready = false } = {}) {
    const log = fs.openSync(path.join(this.#folder, `${name}.log`), 'a');
    const stdio = ['pipe', ready ? 'pipe' : log, log];
    const child = spawn(program, words, { env: { ...process.env, ...env }, stdio });
    fs.closeSync(log);
    child.stdin.on('error', () => {});
    const ended = new Promise((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.on('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `status ${code}`));
    });
    this.#running.push({ name, child, ended });
    ended.then((how) => this.#ending || this.#fail(new Error(`${name} ended (${how})`)));
    return ready ? Promise.race([first_line(child.stdout), this.failed]) : undefined;
  }

  pid(name) {
    return this.#running.find((one) => one.name === name).child.pid;
  }

  /// Runs a child to its end and answers its standard output.
  run(name, program, words, { env = {} } = {}) {
    const log = fs.openSync(path.join(this.#folder, `${name}.log`), 'a');
    const child = spawn(program, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', log] });
    fs.closeSync(log);
    let text = '';
    child.stdout.on('data', (part) => (text += part));
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`${name} ended (status ${code})`))));
    });
  }

  /// Ends all, the youngest first, so that nobody loses what it needs while it ends.
  async end() {
    this.#ending = true;
    for (const { child, ended } of this.#running.reverse()) {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), patience_ms);
      await ended;
      clearTimeout(killer);
    }
    this.#running = [];
  }

  /// The last lines of every log.
  tails() {
    return fs.readdirSync(this.#folder).map((file) => {
      const lines = fs.readFileSync(path.join(this.#folder, file), 'utf8').trimEnd().split('\n');
      return `--- ${file}\n${lines.slice(-tail_lines).join('\n')}`;
    });
  }
}

function first_line(stream) {
  return new Promise((resolve) => {
    let text = '';
    stream.on('data', (part) => {
      text += part;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
  });
}
