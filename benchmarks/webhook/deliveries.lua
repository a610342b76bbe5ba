-- wrk: one signed body, a new delivery id for every request; prints one line of JSON at the end.
local folder = os.getenv("PAYLOAD_DIR")
local run = os.getenv("RUN_ID")
local function content(name)
  local file = assert(io.open(folder .. "/" .. name, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local count = 0
local body, headers
function init()
  body = content("body.json")
  headers = {
    ["Content-Type"] = "application/json",
    ["User-Agent"] = "GitHub-Hookshot/044aadd",
    ["X-GitHub-Event"] = "pull_request",
    ["X-GitHub-Hook-ID"] = "1",
    ["X-Hub-Signature-256"] = "sha256=" .. content("signature"),
  }
end

function request()
  count = count + 1
  headers["X-GitHub-Delivery"] = run .. "-" .. number .. "-" .. count
  return wrk.format("POST", "/webhooks/github", headers, body)
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('RESULT {"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.status, e.connect + e.read + e.write + e.timeout))
end
