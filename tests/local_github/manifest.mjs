// Owns GitHub's side of the App manifest flow: the page that a browser posts the manifest to, and the code that comes
// back with our state and can be exchanged once. Pressing "Create" is taken for granted. What the App then is, the
// emulator knows already. https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
import crypto from 'node:crypto';
import { app_id, app_slug } from './emulator.mjs';
import { refusal, send_json } from './loopback.mjs';

const target = /^(?:\/organizations\/([A-Za-z0-9-]+))?\/settings\/apps\/new$/;
const levels = ['read', 'write', 'admin'];

export class ManifestFlow {
  manifests = []; // [{organisation, manifest}] as they came
  hand_out_secret = true; // GitHub's webhook_secret may be null
  #app; // {pem, secret}
  #codes = new Set();

  constructor(app) {
    this.#app = app;
  }

  handles(request) {
    return target.test(new URL(request.url, 'http://local').pathname);
  }

  /// The browser's post: a form with the field `manifest`, the state in the query.
  answer(request, response, body) {
    if (request.method !== 'POST') return send_json(response, 200, { page: 'Register new GitHub App' });
    const url = new URL(request.url, 'http://local');
    const manifest = checked(JSON.parse(new URLSearchParams(body.toString()).get('manifest') ?? 'null'));
    this.manifests.push({ organisation: target.exec(url.pathname)[1] ?? null, manifest });
    const code = crypto.randomBytes(20).toString('hex');
    this.#codes.add(code);
    const back = new URL(manifest.redirect_url);
    back.searchParams.set('code', code);
    if (url.searchParams.has('state')) back.searchParams.set('state', url.searchParams.get('state'));
    response.writeHead(302, { location: back.href }).end();
  }

  /// POST /app-manifests/{code}/conversions
  convert(code, base) {
    if (!this.#codes.delete(code)) throw refusal(404, 'Not Found');
    const now = new Date().toISOString();
    return {
      id: app_id,
      slug: app_slug,
      node_id: 'A_local',
      name: app_slug,
      description: null,
      owner: null,
      client_id: 'Iv1.local',
      client_secret: 'only-for-tests',
      webhook_secret: this.hand_out_secret ? this.#app.secret : null,
      pem: this.#app.pem,
      external_url: base,
      html_url: `${base}/apps/${app_slug}`,
      created_at: now,
      updated_at: now,
      permissions: {},
      events: [],
    };
  }
}

/// What GitHub refuses a manifest for.
function checked(manifest) {
  const wrong = (what) => refusal(422, `Invalid GitHub App configuration: ${what}`);
  if (!manifest || typeof manifest !== 'object') throw wrong('the manifest is no object');
  if (typeof manifest.url !== 'string') throw wrong('url is missing');
  if (typeof manifest.redirect_url !== 'string') throw wrong('redirect_url is missing');
  if (typeof manifest.hook_attributes?.url !== 'string') throw wrong('hook_attributes.url is missing');
  if ((manifest.name ?? '').length > 34) throw wrong('name is longer than 34 characters');
  for (const [name, level] of Object.entries(manifest.default_permissions ?? {})) {
    if (!levels.includes(level)) throw wrong(`permission ${name}: ${level}`);
  }
  if (!Array.isArray(manifest.default_events ?? [])) throw wrong('default_events is no list');
  return manifest;
}
