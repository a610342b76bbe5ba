// Owns the control address: plain HTTP with JSON for tests in any language that play GitHub's people and its bad days.
// Every answer is JSON; a refused action answers with a status of 400 or more and {message}.
import { listen, parse_json, refusal, send_json } from './loopback.mjs';

export async function start_control(parts) {
  const actions = actions_of(parts);
  return listen(async (request, response, body) => {
    const url = new URL(request.url, 'http://local');
    const action = actions[`${request.method} ${url.pathname}`];
    if (!action)
      throw refusal(404, `no action ${request.method} ${url.pathname}; there are ${Object.keys(actions).join(', ')}`);
    const input = request.method === 'GET' ? Object.fromEntries(url.searchParams) : parse_json(body);
    send_json(response, 200, (await action(input)) ?? {});
  });
}

function actions_of({ emulator, repositories, relay, door, router, manifests }) {
  return {
    'POST /repositories': (input) => repositories.create(input),
    'POST /pulls': (input) => repositories.open_pull(input),
    'POST /pulls/state': (input) => repositories.set_state(input),
    'POST /commits': (input) => repositories.push(input),
    'POST /comments': (input) => repositories.comment(input),
    'POST /comments/edit': (input) => repositories.edit_comment(input),
    'POST /protection': (input) => repositories.protect(input),
    'POST /merge': (input) => repositories.merge(input),
    'POST /events': (input) => emulator.send_event(input),
    'POST /rerequest': ({ owner, name, check_run_id }) =>
      emulator.call('POST', `/repos/${owner}/${name}/check-runs/${check_run_id}/rerequest`, { as: owner }),
    'POST /requested-action': (input) => press_button(emulator, input),
    'POST /installation': (input) => change_installation(emulator, input),
    'POST /tokens/expire': () => emulator.expire_installation_tokens(),
    'GET /state': (input) => state_of(emulator, router, input),
    'POST /webhook': ({ url }) => {
      relay.webhook = url;
    },
    'POST /relay': (input) => relay.set_mischief(input),
    'GET /deliveries': () => relay.deliveries,
    'POST /redeliver': ({ id }) => relay.redeliver(id),
    'POST /faults': (input) => door.add_fault(input),
    'POST /faults/clear': () => door.clear_faults(),
    'GET /requests': () => door.requests,
    'POST /requests/clear': () => {
      door.requests = [];
    },
    'GET /manifests': () => manifests.manifests,
    'GET /violations': () => door.violations(),
  };
}

/// A person presses one of a check run's buttons.
async function press_button(emulator, { owner, name, check_run_id, identifier, as = owner }) {
  const check_run = await emulator.call('GET', `/repos/${owner}/${name}/check-runs/${check_run_id}`, { as: owner });
  const payload = { check_run, requested_action: { identifier } };
  return emulator.send_event({ owner, name, event: 'check_run', action: 'requested_action', payload, as });
}

function change_installation(emulator, { owner, suspended }) {
  const { id } = emulator.ensure_installation(owner);
  emulator.state.appInstallations.update(id, { suspended_at: suspended ? new Date().toISOString() : null });
}

/// Everything a visitor of the pull request would see: the pull request, its comments, reactions and its head's checks.
async function state_of(emulator, router, { owner, name, number }) {
  const repository = `/repos/${owner}/${name}`;
  const ask = (path) => emulator.call('GET', repository + path, { as: owner });
  const pull = await ask(`/pulls/${number}`);
  const comments = await ask(`/issues/${number}/comments?per_page=100`);
  const { check_runs } = await ask(`/commits/${pull.head.sha}/check-runs?filter=all&per_page=100`);
  const { id } = emulator.repository(owner, name);
  const here = new Set([String(number), ...comments.map((comment) => `comments/${comment.id}`)]);
  const reactions = router.reactions
    .filter((one) => one.repository === id && here.has(one.subject))
    .map(({ subject, reaction }) => ({ subject, ...reaction }));
  const statuses = router.statuses
    .filter((one) => one.repository === id && one.sha === pull.head.sha)
    .map((one) => one.status);
  return { pull, comments, check_runs, reactions, statuses };
}
