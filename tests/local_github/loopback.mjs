// Owns plain HTTP on loopback: a server on a port the kernel chooses, bodies read within a bound, JSON answers, and
// passing a request on to the next server of the chain. Knows nothing of GitHub.
import http from 'node:http';

export const body_limit_bytes = 32 * 1024 * 1024;

const hop_headers = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'accept-encoding',
]);

/// Starts a server whose handler is async (request, response, body: Buffer). A handler that throws answers 500 with the
/// message, or the error's own `status`. Returns {url, port, close()}.
export async function listen(handler) {
  const server = http.createServer(async (request, response) => {
    try {
      await handler(request, response, await read_body(request));
    } catch (error) {
      if (!response.headersSent) send_json(response, error.status ?? 500, { message: error.message });
      else response.destroy();
    }
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address();
  return { url: `http://127.0.0.1:${port}`, port, close: () => close(server) };
}

export function close(server) {
  return new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

export async function read_body(stream) {
  const parts = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > body_limit_bytes) throw refusal(413, 'body too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

export function send_json(response, status, value, headers = {}) {
  const text = value === undefined ? '' : JSON.stringify(value);
  const type = text ? { 'content-type': 'application/json; charset=utf-8' } : {};
  response.writeHead(status, { ...type, 'content-length': Buffer.byteLength(text), ...headers });
  response.end(text);
}

export function refusal(status, message) {
  return Object.assign(new Error(message), { status });
}

export function parse_json(bytes) {
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw refusal(400, 'Problems parsing JSON');
  }
}

/// Sends the request on to `base` and returns {status, headers, bytes}, headers without those of one hop.
export async function forward(request, bytes, base) {
  const answer = await fetch(base + request.url, {
    method: request.method,
    headers: end_to_end(Object.entries(request.headers)),
    body: bytes.length > 0 && !['GET', 'HEAD'].includes(request.method) ? bytes : undefined,
    redirect: 'manual',
  });
  return {
    status: answer.status,
    headers: end_to_end(answer.headers),
    bytes: Buffer.from(await answer.arrayBuffer()),
  };
}

export function send_bytes(response, { status, headers, bytes }) {
  const length = status === 204 || status === 304 ? {} : { 'content-length': bytes.length };
  response.writeHead(status, { ...headers, ...length });
  response.end(status === 204 || status === 304 ? undefined : bytes);
}

function end_to_end(pairs) {
  return Object.fromEntries([...pairs].filter(([name]) => !hop_headers.has(name.toLowerCase())));
}
