// Owns Git over HTTP: bare repositories under one folder, read through `git http-backend` by whoever shows a token that
// may read them. Pushing is refused; the test's own actors write through repository.mjs.
import { spawn } from 'node:child_process';
import http from 'node:http';
import { close } from './loopback.mjs';

/// `may_read(token, owner, name)` decides. Returns {url, close()}.
export async function start_git_front({ folder, may_read }) {
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://local');
    const match = /^\/([\w.-]+)\/([\w.-]+?)(?:\.git)?(\/(?:info\/refs|git-upload-pack|HEAD|objects\/.*))$/.exec(
      url.pathname,
    );
    if (!match) return refuse(response, 404, 'Not Found');
    const [, owner, name, service] = match;
    const token = basic_password(request.headers.authorization);
    if (!token) return refuse(response, 401, 'Authentication required');
    if (!may_read(token, owner, name)) return refuse(response, 401, 'Invalid username or password');
    serve(request, response, { folder, path: `/${owner}/${name}.git${service}`, query: url.search.slice(1) });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => close(server) };
}

function refuse(response, status, message) {
  const headers = { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(message), connection: 'close' };
  if (status === 401) headers['www-authenticate'] = 'Basic realm="GitHub"';
  response.writeHead(status, headers);
  response.end(message);
}

function basic_password(header) {
  const encoded = /^Basic\s+(\S+)$/i.exec(header ?? '')?.[1];
  if (!encoded) return undefined;
  const [user, ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return user === 'x-access-token' ? rest.join(':') : undefined;
}

function serve(request, response, { folder, path, query }) {
  const backend = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      REMOTE_ADDR: '127.0.0.1',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
      GIT_PROTOCOL: request.headers['git-protocol'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_CONFIG_NOSYSTEM: '1',
      HOME: folder,
    },
  });
  backend.on('error', () => refuse(response, 500, 'git http-backend is missing'));
  backend.stdin.on('error', () => {}); // it may answer without reading everything
  request.pipe(backend.stdin);
  response.on('close', () => backend.kill());
  let head = Buffer.alloc(0);
  backend.stdout.on('data', (part) => {
    if (response.headersSent) return void response.write(part);
    head = Buffer.concat([head, part]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const fields = head
      .subarray(0, end)
      .toString('latin1')
      .split('\r\n')
      .map((line) => line.split(/:\s*(.*)/s, 2));
    const status = fields.find(([name]) => name.toLowerCase() === 'status')?.[1];
    response.writeHead(
      status ? parseInt(status, 10) : 200,
      fields.filter(([name]) => name.toLowerCase() !== 'status').flat(),
    );
    response.write(head.subarray(end + 4));
  });
  backend.stdout.on('end', () =>
    response.headersSent ? response.end() : refuse(response, 500, 'git http-backend failed'),
  );
}
