// Owns the load from outside: bursts of work at random times, as a neighbour on the host would cause them. Every process
// is ended by its pid. Knows nothing of what is measured meanwhile.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/// What a burst does, one process a CPU.
export const kinds = {
  cpu: () => ['sh', ['-c', 'while :; do :; done']],
  memory: () => ['dd', ['if=/dev/zero', 'of=/dev/null', 'bs=64M']],
  disk: (folder) => ['sh', ['-c', 'while :; do dd if=/dev/zero of="$0" bs=1M count=64 conv=fsync; done', path.join(folder, 'burst')]],
};

/// Numbers below 1 from a seed (mulberry32): the same bursts again, as far as the clock lets them.
export function chances(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/// The next burst: 0.2 to 2 s long, 0.2 to 2.5 s after the last one, on one CPU up to all.
export function next_burst(chance, cpus = os.availableParallelism()) {
  const names = Object.keys(kinds);
  return {
    after_ms: Math.round(200 + 2300 * chance()),
    for_ms: Math.round(200 + 1800 * chance()),
    kind: names[Math.floor(chance() * names.length)],
    processes: 1 + Math.floor(chance() * cpus),
  };
}

/// Bursts until stop(), which resolves to how many there were and how long.
export function start_bursts({ seed, folder, next = next_burst }) {
  const ended = new AbortController();
  const done = run(chances(seed), next, folder, ended.signal);
  return {
    stop() {
      ended.abort();
      return done;
    },
  };
}

async function run(chance, next, folder, ended) {
  const told = { bursts: 0, seconds: 0 };
  const sleep = (ms) => pause(ms, undefined, { signal: ended }).catch(() => {});
  while (!ended.aborted) {
    const burst = next(chance);
    await sleep(burst.after_ms);
    if (ended.aborted) break;
    const begun = performance.now();
    const children = [];
    for (let i = 0; i < burst.processes; ++i) children.push(begin(burst.kind, folder));
    await sleep(burst.for_ms);
    await Promise.all(children.map(end));
    ++told.bursts;
    told.seconds += (performance.now() - begun) / 1000;
  }
  fs.rmSync(path.join(folder, 'burst'), { force: true });
  return told;
}

/// Leads a group of its own, so that what it started ends with it.
function begin(kind, folder) {
  const [program, words] = kinds[kind](folder);
  return spawn(program, words, { stdio: 'ignore', detached: true });
}

/// Resolves when the whole group is gone: what waits for the disk dies after its leader.
async function end(child) {
  if (child.pid === undefined) return;
  for (;;) {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      return;
    }
    await pause(5);
  }
}
