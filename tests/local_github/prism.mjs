// Owns Prism between the door and the router: every request is held against GitHub's own description. Prism answers
// what it found in the header `sl-violations`; the door reads it. Prism's parts are those its command line program
// uses.
import { createRequire } from 'node:module';

const require = createRequire(createRequire(import.meta.url).resolve('@stoplight/prism-cli/package.json'));
const { createLogger } = require('@stoplight/prism-core');
const { getHttpOperationsFromSpec } = require('@stoplight/prism-http');
const { createServer } = require('@stoplight/prism-http-server');

/// Without `errors`: some of the emulator's answers violate the description and must still reach the client.
export async function start_prism({ description, upstream }) {
  const operations = await getHttpOperationsFromSpec(description);
  const server = createServer(operations, {
    cors: false,
    config: {
      isProxy: true,
      upstream: new URL(upstream),
      upstreamProxy: undefined,
      errors: false,
      checkSecurity: true,
      validateRequest: true,
      validateResponse: true,
      mock: { dynamic: false },
    },
    components: { logger: createLogger('prism', { level: 'silent' }) },
  });
  const url = await server.listen(0, '127.0.0.1');
  return { url, close: () => server.close() };
}
