// Owns what GitHub's payloads and answers carry and the emulator's lack: the number of a pull request, the fields of a
// push, the App of a check. Pure functions from one JSON value to another.
import { app_id, app_slug } from './emulator.mjs';

const zero = '0'.repeat(40);

/// A webhook's payload as GitHub would send it. `is_pull` tells whether an issue's number is a pull request's.
export function complete_payload(event, payload, { git_url, is_pull }) {
  const whole = { ...payload };
  if (event === 'pull_request') whole.number ??= payload.pull_request.number;
  if (event === 'push') complete_push(whole);
  if (event === 'issue_comment' && payload.action === 'edited') whole.changes ??= {};
  if (event === 'issue_comment' && is_pull(payload.repository.full_name, payload.issue.number)) {
    whole.issue = { ...payload.issue, pull_request: { url: payload.issue.url.replace('/issues/', '/pulls/') } };
  }
  for (const repository of [whole.repository, whole.pull_request?.head?.repo, whole.pull_request?.base?.repo]) {
    if (repository) repository.clone_url = `${git_url}/${repository.full_name}.git`;
  }
  return complete_checks(whole);
}

function complete_push(payload) {
  const [owner, name] = payload.repository.full_name.split('/');
  payload.before ??= zero;
  payload.created ??= payload.before === zero;
  payload.deleted ??= payload.after === zero;
  payload.forced ??= false;
  payload.base_ref ??= null;
  payload.compare ??= `${payload.repository.html_url}/compare/${payload.before}...${payload.after}`;
  payload.commits ??= [];
  payload.head_commit ??= payload.deleted ? null : { id: payload.after };
  payload.pusher ??= { name: payload.sender?.login ?? owner, email: `${payload.sender?.login ?? owner}@example.org` };
  payload.repository = { ...payload.repository, name };
}

/// Fills in the App of every check run and suite inside `value`.
export function complete_checks(value) {
  if (Array.isArray(value)) return value.map(complete_checks);
  if (value === null || typeof value !== 'object') return value;
  const whole = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, complete_checks(child)]));
  if ('head_sha' in whole && 'app' in whole) whole.app ??= app_of_checks();
  return whole;
}

function app_of_checks() {
  return {
    id: app_id,
    slug: app_slug,
    node_id: 'A_local',
    name: app_slug,
    description: '',
    events: [],
    permissions: {},
    external_url: 'http://localhost',
    html_url: 'http://localhost',
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    owner: null,
  };
}

/// A collaborator's permission in GitHub's four coarse words; the fine one stays in role_name.
export function complete_permission(answer) {
  const coarse = { push: 'write', maintain: 'write', triage: 'read', pull: 'read' };
  return { ...answer, permission: coarse[answer.permission] ?? answer.permission };
}
