// Owns the slim OpenAPI description: the part of GitHub's own description (npm package @octokit/openapi) that an App
// for checks and comments may use. 13 MB become well under 1 MB, so that Prism starts in seconds. Made once a build
// folder.
//
//   node slim.mjs FOLDER      prints the path of the description
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const repo = '/repos/{owner}/{repo}';
const kept = [
  '/app',
  '/app-manifests/{code}/conversions',
  '/app/hook/config',
  '/app/hook/deliveries',
  '/app/hook/deliveries/{delivery_id}',
  '/app/hook/deliveries/{delivery_id}/attempts',
  '/app/installation-requests',
  '/app/installations',
  '/app/installations/{installation_id}',
  '/app/installations/{installation_id}/access_tokens',
  '/app/installations/{installation_id}/suspended',
  '/installation/repositories',
  '/installation/token',
  '/rate_limit',
  ...[
    '',
    '/installation',
    '/check-runs',
    '/check-runs/{check_run_id}',
    '/check-runs/{check_run_id}/annotations',
    '/check-runs/{check_run_id}/rerequest',
    '/check-suites',
    '/check-suites/preferences',
    '/check-suites/{check_suite_id}',
    '/check-suites/{check_suite_id}/check-runs',
    '/check-suites/{check_suite_id}/rerequest',
    '/collaborators',
    '/collaborators/{username}',
    '/collaborators/{username}/permission',
    '/commits/{commit_sha}/pulls',
    '/commits/{ref}',
    '/commits/{ref}/check-runs',
    '/commits/{ref}/check-suites',
    '/commits/{ref}/status',
    '/commits/{ref}/statuses',
    '/compare/{basehead}',
    '/contents/{path}',
    '/git/ref/{ref}',
    '/git/refs',
    '/git/refs/{ref}',
    '/issues',
    '/issues/{issue_number}',
    '/issues/comments',
    '/issues/comments/{comment_id}',
    '/issues/comments/{comment_id}/reactions',
    '/issues/comments/{comment_id}/reactions/{reaction_id}',
    '/issues/{issue_number}/comments',
    '/issues/{issue_number}/reactions',
    '/issues/{issue_number}/reactions/{reaction_id}',
    '/pulls',
    '/pulls/{pull_number}',
    '/pulls/{pull_number}/commits',
    '/pulls/{pull_number}/files',
    '/statuses/{sha}',
  ].map((tail) => repo + tail),
];

/// Writes FOLDER/github-slim-<version>.json if it is not there yet; returns its path.
export function slim_description(folder) {
  const require = createRequire(import.meta.url);
  const { version } = require('@octokit/openapi/package.json');
  const target = path.join(folder, `github-slim-${version}.json`);
  if (fs.existsSync(target)) return target;
  const full = require('@octokit/openapi/generated/api.github.com.json');
  const unfinished = `${target}.${process.pid}`;
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(unfinished, JSON.stringify(slim(full)));
  fs.renameSync(unfinished, target);
  return target;
}

function slim(full) {
  const paths = {};
  for (const name of kept) {
    if (!full.paths[name]) throw new Error(`GitHub's description has no path ${name}`);
    paths[name] = full.paths[name];
  }
  const components = { securitySchemes: full.components.securitySchemes };
  const waiting = [paths];
  while (waiting.length > 0) {
    for (const [kind, name] of references(waiting.pop())) {
      components[kind] ??= {};
      if (components[kind][name]) continue;
      components[kind][name] = full.components[kind][name];
      waiting.push(components[kind][name]);
    }
  }
  return { openapi: full.openapi, info: full.info, servers: full.servers, paths, components };
}

function* references(node) {
  if (node === null || typeof node !== 'object') return;
  if (typeof node.$ref === 'string') yield node.$ref.replace('#/components/', '').split('/');
  for (const child of Object.values(node)) yield* references(child);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv[2]) {
    console.error('usage: node slim.mjs FOLDER');
    process.exit(2);
  }
  console.log(slim_description(process.argv[2]));
}
