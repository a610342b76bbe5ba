// Drives benchgate's webhook door and the Probot peer with the same load, in turns (A B A B ...), on this machine, and
// prints one table. Usage: node drive.mjs SERVER_PROGRAM [--rounds 3] [--seconds 10] [--connections 64] [--json FILE]
// Exit status 1: something was refused or broken, or a delivery that was accepted is not in the store.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { free_port, temporary_folder } from "../../demo/surroundings.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "10" },
    connections: { type: "string", default: "64" },
    json: { type: "string" },
  },
});
if (positionals.length !== 1) {
  console.error("usage: node drive.mjs SERVER_PROGRAM [--rounds N] [--seconds N] [--connections N] [--json FILE]");
  process.exit(2);
}

const folder = temporary_folder("benchgate-webhook-");
const env = { ...process.env, BENCHGATE_WEBHOOK_SECRET: randomBytes(24).toString("hex"), PAYLOAD_DIR: folder };
execFileSync(process.execPath, [join(here, "payload.mjs"), folder], { env });

// Starts a program and resolves with it and its first line of output that matches.
function start(command, args, pattern) {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const lines = [];
  child.lines = lines;
  child.ended = new Promise((resolve) => child.on("exit", resolve));
  const ready = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      if (pattern.test(line)) resolve(line);
    });
    child.on("exit", (code) => reject(new Error(`${command} ended with ${code} before it was ready`)));
    child.on("error", reject);
  });
  return ready.then((line) => ({ child, line }));
}

function load(port, run) {
  const script = join(here, "deliveries.lua");
  const args = ["-t1", `-c${values.connections}`, `-d${values.seconds}s`, "--latency", "-s", script, `http://127.0.0.1:${port}/`];
  const output = execFileSync("wrk", args, { env: { ...env, RUN_ID: run }, encoding: "utf8" });
  return JSON.parse(output.match(/^RESULT (.*)$/m)[1]);
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const servers = [];
let failed = false;
try {
  const ours = await start(positionals[0], [folder], /^\d+$/);
  const peerPort = await free_port();
  const peer = await start(process.execPath, [join(here, "peer.mjs"), String(peerPort)], /^ready$/);
  servers.push(ours.child, peer.child);
  const sides = [
    { name: "benchgate (durable)", port: Number(ours.line), results: [] },
    { name: "probot 14.3.2 (stores nothing)", port: peerPort, results: [] },
  ];
  const run = Date.now().toString(36);
  for (let round = 0; round < Number(values.rounds); ++round)
    for (const [number, side] of sides.entries()) side.results.push(load(side.port, `${run}-${round}-${number}`));

  const rows = sides.map(({ name, results }) => ({
    name,
    "requests/s": Math.round(median(results.map((r) => r.requests / r.seconds))),
    "each round": results.map((r) => Math.round(r.requests / r.seconds)).join(" "),
    "p50 ms": median(results.map((r) => r.p50_ms)),
    "p99 ms": median(results.map((r) => r.p99_ms)),
    errors: results.reduce((sum, r) => sum + r.refused + r.broken, 0),
  }));
  console.table(rows);
  const ratios = sides[0].results.map((r, i) => r.requests / r.seconds / (sides[1].results[i].requests / sides[1].results[i].seconds));
  console.log(`ratio benchgate / probot: median of rounds ${median(ratios).toFixed(2)} (${ratios.map((r) => r.toFixed(2)).join(" ")})`);

  ours.child.kill("SIGTERM");
  await ours.child.ended;
  const stored = Number(ours.child.lines.find((line) => line.startsWith("stored "))?.slice(7));
  const accepted = sides[0].results.reduce((sum, r) => sum + r.requests - r.refused, 0);
  console.log(`accepted and counted by the client: ${accepted}; in the store: ${stored}`);
  failed = rows.some((row) => row.errors > 0) || !(stored >= accepted);
  if (values.json) writeFileSync(values.json, JSON.stringify({ schema_version: 1, rows, ratios, accepted, stored }, null, 2) + "\n");
} finally {
  for (const child of servers) if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
  await Promise.all(servers.map((child) => child.ended));
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
