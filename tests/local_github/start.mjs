// Owns the composition of the local GitHub: starts every part on loopback on ports the kernel chooses, makes the App's
// key and secret, and ends them all. The chain of a request: door -> Prism -> router -> emulator; of a webhook:
// emulator -> relay -> the service.
//
//   node start.mjs --state DIR [--webhook URL] [--description FILE]
//
// prints one line of JSON when ready and ends on SIGTERM, SIGINT or the end of its standard input.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { start_control } from './control.mjs';
import { start_door } from './door.mjs';
import { app_id, first_installation_id, start_emulator } from './emulator.mjs';
import { start_git_front } from './git_front.mjs';
import { ManifestFlow } from './manifest.mjs';
import { start_prism } from './prism.mjs';
import { start_relay } from './relay.mjs';
import { Repositories } from './repository.mjs';
import { start_router } from './router.mjs';
import { slim_description } from './slim.mjs';

/// Starts everything; `description` is made under `state` if absent. Returns {ready: what the line says, close()}.
export async function start_local_github({ state, webhook, description }) {
  fs.mkdirSync(state, { recursive: true });
  const { file: private_key_file, pem } = make_key(state);
  const secret = crypto.randomBytes(24).toString('hex');
  const relay = await start_relay({ secret });
  const manifests = new ManifestFlow({ pem, secret });
  const router = await start_router({ relay, manifests });
  const prism = await start_prism({ description: description ?? slim_description(state), upstream: router.url });
  const door = await start_door();
  const emulator = await start_emulator({ url: door.url, hook: relay.url, secret, private_key: pem });
  const folder = path.join(state, 'git');
  const git = await start_git_front({
    folder,
    may_read: (token, owner, name) => may_read(emulator, token, owner, name),
  });
  const repositories = new Repositories({ emulator, relay, folder });
  const control = await start_control({ emulator, repositories, relay, door, router, manifests });
  door.upstream = prism.url;
  door.manifests = manifests;
  router.emulator = emulator;
  relay.webhook = webhook;
  relay.git_url = git.url;
  relay.is_pull = (full_name, number) => emulator.is_pull(full_name, number);
  const tokens = Object.fromEntries(
    ['maintainer', 'contributor', 'outsider'].map((login) => [login, emulator.token_for(login)]),
  );
  const ready = {
    api: door.url,
    direct: emulator.direct,
    git: git.url,
    control: control.url,
    app_id,
    private_key_file,
    webhook_secret: secret,
    installation_id: first_installation_id,
    tokens,
  };
  const close = async () => {
    repositories.close();
    for (const part of [control, door, git, emulator, prism, router, relay]) await part.close();
  };
  return { ready, close };
}

function make_key(state) {
  const { privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' });
  const file = path.resolve(state, 'app.private-key.pem');
  fs.writeFileSync(file, pem, { mode: 0o600 });
  return { file, pem };
}

/// Who may clone: a person a public or their own repository; an installation's token what it was narrowed to.
function may_read(emulator, token, owner, name) {
  const who = emulator.tokens.get(token);
  const repository = emulator.state.repos.findOneBy('full_name', `${owner}/${name}`);
  if (!who || !repository) return false;
  if (!who.installation) return !repository.private || who.login === owner;
  const { permissions, repositoryIds, repositorySelection } = who.installation;
  return Boolean(permissions.contents) && (repositorySelection === 'all' || repositoryIds.includes(repository.id));
}

async function main() {
  const { values } = parseArgs({
    options: {
      state: { type: 'string' },
      webhook: { type: 'string' },
      description: { type: 'string' },
    },
  });
  if (!values.state) {
    console.error('usage: node start.mjs --state DIR [--webhook URL] [--description FILE]');
    process.exit(2);
  }
  const { ready, close } = await start_local_github(values);
  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    await close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, end);
  process.stdin.on('end', end).on('error', end).resume();
  console.log(JSON.stringify(ready));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
