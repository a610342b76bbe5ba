// A pull request whose suite loads a service, by the real programs: the runner starts the service in its sandbox, the
// check holds the objective, and a fault that this host cannot do is said and passes for nothing.

#include <map>

#include "tests/end_to_end/conversation.h"

namespace benchgate::end_to_end {
namespace {

class Loads : public Conversation {
  protected:
    static Files service(const std::string& pause_seconds) {
        return {{".benchgate.yml",
                 "suites:\n"
                 "  shop:\n"
                 "    tier: chaos\n"
                 "    on: { pull_request: true }\n"
                 "    trials: { max: 8 }\n"
                 "    service: { start: 'exec /usr/bin/python3 server.py {port}' }\n"
                 "    load: { tool: wrk, target: 'http://127.0.0.1:{port}/', clients: 2, for: 2s }\n"
                 "    objectives: [ {metric: p50, max: 30ms} ]\n"
                 "    faults: [ {at: 500ms, kind: kill}, {at: 1500ms, for: 100ms, kind: delay, amount: 1ms} ]\n"},
                {"pause", pause_seconds},
                {"server.py", R"py(
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
    allow_reuse_address = True
Server(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
)py"}};
    }
};

TEST_F(Loads, ASlowerServiceIsRedAndItsBrokenObjectiveAndUnsupportedFaultAreSaid) {
    platform::SpawnOptions look;
    look.argv = {"/bin/sh", "-c", "command -v wrk && test -x /usr/bin/python3"};
    if (!platform::run(look).value().ok()) GTEST_SKIP() << "no wrk or no python3";
    const auto pull = pull_after("loaded", service("0.02"), service("0.04"));
    const auto check = world().completed_check(pull, std::chrono::seconds(400));
    ASSERT_FALSE(check.is_null());
    EXPECT_EQ(check["conclusion"], "failure") << check.dump(1);
    ASSERT_TRUE(world().calms_down());
    const auto said = comment(pull) + check.dump();
    for (const auto* words : {"p50", "closed", "recovery", "fault/kill"})
        EXPECT_NE(said.find(words), std::string::npos) << words << "\n" << said;
    // Where netem is missing it is said; where it is there, the fault has a time like the other.
    const bool is_delayed = said.find("fault/delay") != std::string::npos;
    EXPECT_TRUE(!is_delayed || said.find("unsupported here") != std::string::npos) << said;
    EXPECT_NE(said.find("budget"), std::string::npos) << said;
    const auto run = json::text(check, "external_id").value_or("");
    const std::map<std::string, std::string> everywhere{{"comment", comment(pull)},
                                                        {"check", check.dump()},
                                                        {"page", page(pull)},
                                                        {"JSON", world().get("/api/v1/runs/" + run).body}};
    for (const auto& [where, text] : everywhere) {
        EXPECT_NE(text.find("the latencies of suite shop are a closed loop"), std::string::npos) << where << text;
        if (said.find("unsupported here") == std::string::npos) continue;
        const bool says_why = text.find("unsupported: ") != std::string::npos ||
                              text.find("unsupported&#58; ") != std::string::npos;  // as Markdown has it
        EXPECT_TRUE(says_why) << where << ": " << text;
    }
}

}  // namespace
}  // namespace benchgate::end_to_end
