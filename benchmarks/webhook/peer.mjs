// The peer: a Probot application whose handler does nothing, so that only receiving, verifying and answering is measured.
// Prints its port when it is ready.
import { generateKeyPairSync } from "node:crypto";
import { Probot, Server } from "probot";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
  publicKeyEncoding: { type: "pkcs1", format: "pem" },
});
const server = new Server({
  host: "127.0.0.1",
  port: Number(process.argv[2]),
  webhookPath: "/webhooks/github",
  Probot: Probot.defaults({
    appId: 1,
    privateKey,
    secret: process.env.BENCHGATE_WEBHOOK_SECRET,
    logLevel: "fatal",
  }),
});
await server.load((app) => {
  app.on("pull_request.synchronize", async () => {});
});
await server.start();
console.log("ready");
