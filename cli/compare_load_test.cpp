// `benchgate compare` of a suite under load, with a real server and a real tool: what it says of a slower commit, of an
// objective that is broken and of a service that does not come up.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "cli/compare_command.h"
#include "core/json/json.h"
#include "platform/files.h"
#include "platform/process.h"
#include "runners/load/inside.h"

int main(int argc, char** argv) {
    // A trial under load starts this program again, inside the sandbox.
    if (const auto status = benchgate::load::run_inside(argc, argv)) return *status;
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}

namespace benchgate::cli {
namespace {

constexpr const char* server = R"py(
import http.server, socketserver, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        time.sleep(float(open('pause').read()))
        self.send_response(200)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'ok')
    def log_message(self, *_): pass
class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
Server(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
)py";

class CompareLoad : public testing::Test {
  protected:
    CompareLoad() {
        std::ofstream(directory.path() / "server.py") << server;
        const std::string setup =
            "git init -qb main . && echo 0.02 > pause && git add server.py pause && git commit -qm one && "
            "echo 0.2 > pause && git commit -qam two";
        platform::SpawnOptions shell;
        shell.argv = {"/bin/sh", "-ec", setup};
        shell.directory = directory.path();
        shell.environment = std::vector<std::string>{"PATH=/usr/bin:/bin",     "HOME=/nonexistent",
                                                     "GIT_AUTHOR_NAME=Ann",    "GIT_AUTHOR_EMAIL=ann@example.org",
                                                     "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.org"};
        is_ready = platform::run(shell).value().ok();
        options.repository = directory.path();
        options.range = "HEAD~1..HEAD";
        options.seed = 1;
        options.quick = true;
        options.json = "-";
    }

    void SetUp() override {
        ASSERT_TRUE(is_ready);
        platform::SpawnOptions shell;
        shell.argv = {"/bin/sh", "-c", "command -v wrk && test -x /usr/bin/python3"};
        if (!platform::run(shell).value().ok()) GTEST_SKIP() << "no wrk or no python3";
    }

    int compare(const std::string& keys) {
        std::ofstream(directory.path() / ".benchgate.yml")
            << "suites:\n  shop:\n    tier: load\n    service: {start: 'exec /usr/bin/python3 server.py {port}'}\n"
            << keys;
        out.str("");
        err.str("");
        return run_compare(options, out, err, {});
    }

    platform::TempDir directory{"benchgate-compare-load-"};
    CompareOptions options;
    std::ostringstream out, err;
    bool is_ready = false;
};

TEST_F(CompareLoad, ASlowerServiceIsRedAndABrokenObjectiveIsNamed) {
    const int status = compare(
        "    load: {tool: wrk, target: 'http://127.0.0.1:{port}/', clients: 2, for: 1s}\n"
        "    objectives: [{metric: p50, max: 25ms}, {metric: error_rate, max: 1%}, {metric: p42, max: 1s}]\n");
    EXPECT_EQ(status, 1) << err.str();
    const auto document = json::parse(out.str());
    ASSERT_TRUE(document) << out.str();
    std::string verdicts;
    for (const auto& verdict : (*document)["suites"][0]["verdicts"])
        verdicts += verdict["benchmark"].get<std::string>() + " " + verdict["metric"].get<std::string>() + " " +
                    verdict["verdict"].get<std::string>() + "\n";
    EXPECT_NE(verdicts.find("steady p50_closed_loop regressed\n"), std::string::npos) << verdicts;
    EXPECT_NE(verdicts.find("steady throughput regressed\n"), std::string::npos) << verdicts;
    EXPECT_NE(verdicts.find("steady error_rate unchanged\n"), std::string::npos) << verdicts;
    EXPECT_NE(err.str().find("over"), std::string::npos) << err.str();
    EXPECT_NE(err.str().find("the latencies of suite shop are a closed loop's"), std::string::npos) << err.str();
    EXPECT_NE(err.str().find("the objective in line 6 met nothing"), std::string::npos) << err.str();
}

TEST_F(CompareLoad, AToolThatIsNotThereIsToldAndNothingIsGreen) {
    const int status = compare(
        "    load: {tool: wrk, program: no-such-wrk, target: 'http://127.0.0.1:{port}/', clients: 2, for: 1s}\n");
    EXPECT_EQ(status, 3) << err.str();
    EXPECT_NE(err.str().find("base: stage steady: wrk is not installed here"), std::string::npos) << err.str();
}

}  // namespace
}  // namespace benchgate::cli
