#pragma once
// A trial in the real sandbox with a little server of its own: what the tests of trials, faults and real tools share.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "platform/files.h"
#include "platform/process.h"
#include "runners/load/trial.h"
#include "runners/sandbox/bubblewrap.h"

namespace benchgate::load {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A server with a thread a connection. /slow takes 50 ms, /fail answers 503, /half fails every other time, /die ends
/// it, /hang never answers.
inline constexpr const char* little_server = R"py(
import http.server, itertools, os, socketserver, sys, time
count = itertools.count()
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def setup(self):
        super().setup()
        self.connection.setsockopt(6, 1, 1)
    def do_GET(self):
        status = 200
        if self.path == '/slow': time.sleep(0.05)
        if self.path == '/fail' or self.path == '/half' and next(count) % 2: status = 503
        if self.path == '/die': os._exit(3)
        if self.path == '/hang': time.sleep(1000)
        self.send_response(status)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'ok')
    def log_message(self, *_): pass
class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 500
print('listening soon', flush=True)
Server(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
)py";

inline bool has(const char* program) {
    platform::SpawnOptions options;
    options.argv = {"/bin/sh", "-c", std::string("command -v ") + program};
    const auto found = platform::run(options);
    return found && found->ok();
}

class LoadTrialTest : public testing::Test {
  protected:
    LoadTrialTest() {
        std::filesystem::permissions(root.path(), std::filesystem::perms(0711));
        std::filesystem::create_directory(side());
        std::ofstream(side() / "server.py") << little_server;
        suite.service.start = "exec /usr/bin/python3 server.py {port}";
        suite.service.ready_within = seconds(20);
        suite.load.tool = "wrk";
        suite.load.targets = {{"", "http://127.0.0.1:{port}/slow", 1}};
        suite.load.level.clients = 4;
        suite.load.length = seconds(2);
    }

    void SetUp() override {
        if (!bubblewrap.probe().available) GTEST_SKIP() << bubblewrap.probe().why_not;
        if (!std::filesystem::exists("/usr/bin/python3")) GTEST_SKIP() << "no python3";
        if (!has("wrk")) GTEST_SKIP() << "no wrk";
        ASSERT_TRUE(bubblewrap.prepare(side()));
    }

    std::filesystem::path side() const { return root.path() / "head"; }

    LoadTrial loaded() {
        trial.directory = side();
        trial.patience = seconds(60);
        trial.may_fail_wholly = may_fail_wholly;
        return trial;
    }

    tl::expected<LoadResult, LoadFailure> run() {
        log.clear();
        return run_load(bubblewrap, suite, loaded(), [&](std::string_view text) { log += text; }, {});
    }

    /// "benchmark metric" -> value
    std::map<std::string, double> figures() {
        const auto result = run();
        std::map<std::string, double> seen;
        EXPECT_TRUE(result) << result.error().reason << "\n" << result.error().log;
        if (!result) return seen;
        for (const auto& value : result->measured.values)
            seen[value.series.key.benchmark + " " + value.series.key.metric] = model::trial_value(value);
        errors.clear();
        for (const auto& error : result->measured.errors) errors += error.benchmark + ": " + error.message + "\n";
        return seen;
    }

    /// Then four workers of 50 ms answer 80 a second and no more.
    void only_four_at_a_time() const {
        std::ofstream(side() / "server.py") << [] {
            std::string text = little_server;
            const std::string sleep = "time.sleep(0.05)";
            text.replace(text.find(sleep), sleep.size(), "gate.acquire(); time.sleep(0.05); gate.release()");
            return text.replace(text.find("count = "), 0, "import threading\ngate = threading.Semaphore(4)\n");
        }();
    }

    std::string failure() {
        const auto result = run();
        return result ? "none" : result.error().reason;
    }

    platform::TempDir root{"benchgate-load"};
    sandbox::BubblewrapSandbox bubblewrap;
    model::LoadSuite suite;
    LoadTrial trial;
    bool may_fail_wholly = true;
    std::string log, errors;
};

}  // namespace benchgate::load
