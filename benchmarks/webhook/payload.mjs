// Writes the measured request as two files: body.json (GitHub's own example of pull_request.synchronize) and signature.
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const examples = createRequire(import.meta.url)("@octokit/webhooks-examples");
const event = (examples.default ?? examples).find((entry) => entry.name === "pull_request");
const payload = event.examples.find((example) => example.action === "synchronize");
payload.installation ??= { id: 1 };
const body = JSON.stringify(payload);
const [folder] = process.argv.slice(2);
writeFileSync(`${folder}/body.json`, body);
writeFileSync(`${folder}/signature`, createHmac("sha256", process.env.BENCHGATE_WEBHOOK_SECRET).update(body).digest("hex"));
