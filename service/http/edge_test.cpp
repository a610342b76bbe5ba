// Every line of the attack table against a real socket, and the ways in which peers are slow, rude or early.
#include "service/http/edge.h"

#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <latch>

#include "service/http/raw_client_for_tests.h"

namespace benchgate::http {
namespace {

using testing::body_of;
using testing::RawClient;
using testing::status_of;
using namespace std::chrono_literals;

std::string post(std::string_view path, std::string_view body, std::string_view headers = "") {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

const std::string get_ok = "GET /ok HTTP/1.1\r\nHost: x\r\n\r\n";

EdgeOptions usual() {
    EdgeOptions options;
    options.idle_timeout = 1s;
    options.body_limits = {{"/webhooks/github", 25u << 20}};
    return options;
}

// Only where slowness is the matter: on a busy machine, under a sanitizer, an honest client may need longer than this.
EdgeOptions impatient() {
    EdgeOptions options = usual();
    options.head_timeout = 300ms;
    options.idle_timeout = 300ms;
    options.linger = 200ms;
    options.stream.io_timeout = 300ms;
    return options;
}

// The longest resident set that this process ever had, in KiB.
long peak_memory() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (word == "VmHWM:") {
            long kib = 0;
            status >> kib;
            return kib;
        }
    return 0;
}

class EdgeTest : public ::testing::Test {
  protected:
    void start(EdgeOptions options = usual()) {
        edge = std::make_unique<Edge>(std::move(options));
        edge->get("/ok", [](const Request&, Response& response) { response.set_content("fine", "text/plain"); });
        edge->get("/throw", [](const Request&, Response&) -> void { throw std::runtime_error("password=hunter2"); });
        edge->get("/throw-int", [](const Request&, Response&) -> void { throw 7; });
        edge->get("/who", [](const Request& request, Response& response) {
            response.set_content(request.remote_addr + " " + request.get_header_value("REMOTE_ADDR"), "text/plain");
        });
        edge->get("/seg/{}/of/{*}", [](const Request& request, Response& response) {
            response.set_content(request.matches[1].str() + "|" + request.matches[2].str(), "text/plain");
        });
        const auto length = [](const Request& request, Response& response) {
            response.set_content(std::to_string(request.body.size()), "text/plain");
        };
        edge->post("/length", length);
        edge->post("/webhooks/github", length);
        edge->start();
    }
    RawClient client() { return RawClient(edge->port()); }
    int status(const std::string& bytes) { return status_of(client().ask(bytes)); }

    std::unique_ptr<Edge> edge;
};

TEST_F(EdgeTest, AnswersOrdinaryRequestsOnOneConnection) {
    start();
    RawClient c = client();
    for (int i = 0; i < 20; ++i) {
        const std::string response = c.ask(get_ok);
        ASSERT_EQ(status_of(response), 200);
        EXPECT_EQ(body_of(response), "fine");
        EXPECT_EQ(body_of(c.ask(post("/length", std::string(5000, 'x')))), "5000");
    }
    EXPECT_EQ(body_of(c.ask("GET /seg/a%20b/of/c/d HTTP/1.1\r\nHost: x\r\n\r\n")), "a b|c/d");
    EXPECT_EQ(body_of(c.ask("GET /who HTTP/1.1\r\nHost: x\r\nREMOTE_ADDR: 6.6.6.6\r\n\r\n")), "127.0.0.1 127.0.0.1");
    EXPECT_EQ(status_of(c.ask("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")), 404);
}

TEST_F(EdgeTest, ChunkedCompressedAndDoubleLengthBodiesAreRefusedUnread) {
    start();
    const std::string head = "POST /length HTTP/1.1\r\nHost: x\r\n";
    EXPECT_EQ(status(head + "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n"), 411);
    EXPECT_EQ(status(post("/length", "x", "Content-Encoding: gzip\r\n")), 415);
    EXPECT_EQ(status(post("/length", "x", "Content-Length: 1\r\n")), 400);
    EXPECT_EQ(status(post("/length", "x", "Transfer-Encoding: chunked\r\n")), 411);
    EXPECT_EQ(status(head + "Content-Length: 1048577\r\n\r\n"), 413);
    EXPECT_EQ(status(get_ok), 200);
}

TEST_F(EdgeTest, AnEndlessHeadIsCut) {
    start();
    const long before = peak_memory();
    RawClient c = client();
    c.send("GET /ok HTTP/1.1\r\nHost: x\r\n");
    const std::string piece(64 * 1024, 'a');
    for (int i = 0; i < 4096 && c.send(piece); ++i) {
    }
    EXPECT_TRUE(c.ends());
    EXPECT_LT(peak_memory() - before, 64 * 1024);
    EXPECT_EQ(status("GET /ok HTTP/1.1\r\nHost: x\r\na: " + std::string(20'000, 'b')), 431);
}

TEST_F(EdgeTest, AStormOfRangesIsIgnored) {
    start();
    std::string ranges = "Range: bytes=0-";
    for (int i = 0; i < 1500; ++i) ranges += ",0-";
    const std::string response = client().ask("GET /ok HTTP/1.1\r\nHost: x\r\n" + ranges + "\r\n\r\n");
    EXPECT_EQ(status_of(response), 200);
    EXPECT_EQ(body_of(response), "fine");
}

TEST_F(EdgeTest, ExceptionsStayInside) {
    std::atomic<int> logged = 0;
    EdgeOptions options = usual();
    options.on_error = [&](std::string_view) { ++logged; };
    start(std::move(options));
    for (const char* path : {"/throw", "/throw-int"}) {
        const std::string response = client().ask("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(status_of(response), 500);
        EXPECT_EQ(response.find("hunter2"), std::string::npos) << response;
        EXPECT_EQ(response.find("EXCEPTION"), std::string::npos) << response;
    }
    EXPECT_EQ(logged, 2);
}

TEST_F(EdgeTest, SlowHeadsAreCutWhileOthersAreServed) {
    start(impatient());
    std::vector<std::unique_ptr<RawClient>> slow;
    for (int i = 0; i < 64; ++i) {
        slow.push_back(std::make_unique<RawClient>(edge->port()));
        slow.back()->send("GET /ok HTTP/1.1\r\nX-Slow: ");
    }
    EXPECT_EQ(status(get_ok), 200);
    for (auto& c : slow) {
        EXPECT_EQ(status_of(c->response()), 408);
        EXPECT_TRUE(c->ends());
    }
    EXPECT_TRUE(client().ends()) << "a connection that says nothing is closed";
    RawClient body = client();
    body.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this");
    EXPECT_NE(status_of(body.response()), 200) << "a body that stops midway is no request";
}

TEST_F(EdgeTest, GarbageAndEarlyGoodbyesHarmNobody) {
    start();
    EXPECT_EQ(status(std::string("\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 11)), 400);
    EXPECT_EQ(status("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
    EXPECT_EQ(status("\r\n\r\n"), 400);
    EXPECT_EQ(status("BREW /ok HTTP/1.1\r\nHost: x\r\n\r\n"), 405);
    EXPECT_EQ(status("DELETE /ok HTTP/1.1\r\nHost: x\r\n\r\n"), 404);
    EXPECT_EQ(status("GET /ok\r\n\r\n"), 400);
    client().close();
    client().send("GET /o");
    client().send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1234");
    RawClient half = client();
    half.send(get_ok);
    half.half_close();
    EXPECT_EQ(status_of(half.response()), 200) << "a peer may close its side once it has asked";
    EXPECT_EQ(status(get_ok), 200);
}

TEST_F(EdgeTest, PipelinedRequestsAreAnsweredInOrder) {
    start();
    RawClient c = client();
    c.send(get_ok + post("/length", "12345") + "GET /seg/1/of/2 HTTP/1.1\r\nHost: x\r\n\r\n" + post("/length", "") +
           get_ok);
    for (const char* body : {"fine", "5", "1|2", "0", "fine"}) EXPECT_EQ(body_of(c.response()), body);
    // A GET whose body nobody reads must not turn that body into the next request.
    RawClient smuggler = client();
    smuggler.send("GET /ok HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(get_ok.size()) + "\r\n\r\n" +
                  get_ok);
    EXPECT_EQ(status_of(smuggler.response()), 200);
    EXPECT_EQ(smuggler.response(), "");
    EXPECT_TRUE(smuggler.ends());
}

TEST_F(EdgeTest, HeadSaysTheLengthWithoutABody) {
    start();
    RawClient c = client();
    c.send("HEAD /ok HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    c.ends();
    const std::string response = c.response();
    EXPECT_EQ(status_of(response), 200);
    EXPECT_NE(response.find("Content-Length: 4"), std::string::npos);
    EXPECT_EQ(body_of(response), "");
}

TEST_F(EdgeTest, LargeBodiesPassOnlyWhereAllowed) {
    start();
    const std::string allowed(25u << 20, 'x');
    EXPECT_EQ(body_of(client().ask(post("/webhooks/github", allowed))), std::to_string(allowed.size()));
    const std::string larger(26'000'000 + (1 << 20), 'x');
    EXPECT_EQ(status(post("/webhooks/github", larger)), 413);
    EXPECT_EQ(status(post("/length", allowed)), 413);
    EdgeOptions tight = usual();
    tight.small_body_bytes = 1000;
    tight.body_bytes_in_flight = 1000;
    start(std::move(tight));
    EXPECT_EQ(status(post("/length", std::string(1001, 'x'))), 503);
    EXPECT_EQ(status(post("/length", std::string(999, 'x'))), 200);
}

TEST_F(EdgeTest, ClientsThatWaitForContinueGetIt) {
    start();
    RawClient c = client();
    c.send("POST /length HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    EXPECT_EQ(status_of(c.response()), 100);
    c.send("abc");
    EXPECT_EQ(body_of(c.response()), "3");
}

TEST_F(EdgeTest, OverTheCapIsTurnedAwayAndRoomComesBack) {
    EdgeOptions options = usual();
    options.connections = 4;
    options.idle_timeout = 20s;
    options.patience = 20s;
    start(std::move(options));
    std::vector<std::unique_ptr<RawClient>> kept;
    for (int i = 0; i < 4; ++i) kept.push_back(std::make_unique<RawClient>(edge->port()));
    while (edge->open_connections() < 4) std::this_thread::yield();
    RawClient fifth = client();
    EXPECT_EQ(status_of(fifth.response()), 503);
    EXPECT_TRUE(fifth.ends());
    kept.clear();
    while (edge->open_connections() > 0) std::this_thread::yield();
    EXPECT_EQ(status(get_ok), 200);
}

TEST_F(EdgeTest, WhoKeepsUsWaitingGivesWayToWhoSpeaks) {
    EdgeOptions options = usual();
    options.connections = 5;
    options.head_timeout = options.idle_timeout = options.stream.io_timeout = 20s;
    options.patience = 50ms;
    edge = std::make_unique<Edge>(std::move(options));
    std::latch entered(1), leave(1);
    edge->get("/held", [&](const Request&, Response& response) {
        entered.count_down();
        leave.wait();
        response.set_content("finished", "text/plain");
    });
    edge->get("/ok", [](const Request&, Response& response) { response.set_content("fine", "text/plain"); });
    edge->get("/large", [](const Request&, Response& response) {
        response.set_content(std::string(40 << 20, 'x'), "text/plain");
    });
    edge->post("/length", [](const Request&, Response&) {});
    edge->start();
    RawClient held = client();
    held.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    entered.wait();
    RawClient silent = client(), half = client(), body = client(), reader = client();
    half.send("GET /ok HTTP/1.1\r\nX-Slow: ");
    body.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this");
    reader.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    while (edge->open_connections() < 5) std::this_thread::yield();
    std::this_thread::sleep_for(300ms);
    // Each of these needs the room of one that keeps us waiting, and is itself kept open afterwards.
    std::vector<std::unique_ptr<RawClient>> speaking;
    for (int i = 0; i < 4; ++i) {
        speaking.push_back(std::make_unique<RawClient>(edge->port()));
        EXPECT_EQ(status_of(speaking.back()->ask(get_ok)), 200) << i;
    }
    for (RawClient* cut : {&silent, &half, &body}) EXPECT_TRUE(cut->ends());
    leave.count_down();
    EXPECT_EQ(body_of(held.response()), "finished") << "who is being served is not cut";
}

TEST_F(EdgeTest, WhoHoldsAllTheMemoryForLargeBodiesShutsOutNoSmallOnes) {
    EdgeOptions options = usual();
    options.stream.io_timeout = 20s;
    options.body_bytes_in_flight = 25 << 20;
    start(std::move(options));
    RawClient large = client();
    large.send("POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(25 << 20) +
               "\r\n\r\n{");
    while (edge->open_connections() < 1) std::this_thread::yield();
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(status(post("/webhooks/github", std::string(300 << 10, 'x'))), 503);
    EXPECT_EQ(status(post("/webhooks/github", std::string(100 << 10, 'x'))), 200);
}

TEST_F(EdgeTest, LargeAnswersThatNobodyTakesDoNotPileUp) {
    EdgeOptions options = usual();
    options.stream.io_timeout = 20s;
    options.response_bytes_in_flight = 20 << 20;
    edge = std::make_unique<Edge>(std::move(options));
    edge->get("/large", [](const Request&, Response& response) {
        response.set_content(std::string(8 << 20, 'x'), "text/plain");
    });
    edge->start();
    const std::string get_large = "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
    std::vector<std::unique_ptr<RawClient>> readers;
    for (int i = 0; i < 2; ++i) {
        readers.push_back(std::make_unique<RawClient>(edge->port()));
        readers.back()->send(get_large);
    }
    std::this_thread::sleep_for(500ms);
    EXPECT_EQ(status(get_large), 503);
    readers.clear();
    while (edge->open_connections() > 0) std::this_thread::yield();
    EXPECT_EQ(status(get_large), 200);
}

TEST_F(EdgeTest, PagesCarryTheirSecurityHeaders) {
    start();
    const std::string response = client().ask(get_ok);
    for (const char* header :
         {"Content-Security-Policy: default-src 'none'", "frame-ancestors 'none'", "X-Content-Type-Options: nosniff",
          "Referrer-Policy: same-origin", "X-Frame-Options: DENY"})
        EXPECT_NE(response.find(header), std::string::npos) << header;
}

TEST_F(EdgeTest, StopFinishesWhatRunsAndClosesWhatIdles) {
    EdgeOptions options = usual();
    options.idle_timeout = 60s;
    edge = std::make_unique<Edge>(std::move(options));
    std::latch entered(1);
    edge->get("/held", [&](const Request&, Response& response) {
        entered.count_down();
        while (!edge->stopping().stop_requested()) std::this_thread::yield();
        response.set_content("finished", "text/plain");
    });
    edge->start();
    RawClient idle = client();
    RawClient running = client();
    running.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    entered.wait();
    auto stopped = std::async(std::launch::async, [&] { edge->stop(); });
    EXPECT_EQ(body_of(running.response()), "finished");
    EXPECT_TRUE(idle.ends());
    EXPECT_TRUE(running.ends());
    stopped.get();
    EXPECT_EQ(edge->open_connections(), 0u);
}

}
}
