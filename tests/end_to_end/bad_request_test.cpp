// What comes to the service's door and is not what GitHub sends: refused with a status that says why, nothing stored,
// and the next good delivery is taken. What is signed and still nonsense is kept, and its failure can be looked up.

#include <fmt/format.h>

#include "service/http/raw_client_for_tests.h"
#include "tests/end_to_end/shared_world.h"

namespace benchgate::end_to_end {
namespace {

using http::testing::RawClient;
using http::testing::status_of;
using testing::HasSubstr;

class BadRequest : public SharedWorld {
  protected:
    static std::string id(int number) { return fmt::format("00000000-0000-4000-8000-{:012}", number); }
    static json::Json delivery(const std::string& guid) {
        const auto answer = world().get("/api/v1/deliveries?guid=" + guid);
        return answer.status == 200 ? json::parse(answer.body).value() : json::Json();
    }
    /// What became of a delivery that was accepted.
    static json::Json settled(const std::string& guid) {
        json::Json found;
        wait_until([&] {
            found = delivery(guid);
            return json::text(found, "state").value_or("waiting") != "waiting";
        });
        return found;
    }
    static std::string head(const std::string& headers, const std::string& method = "POST") {
        return method + " /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + headers;
    }
    static int status(const std::string& bytes) { return status_of(RawClient(world().port()).ask(bytes)); }
    static std::string signed_headers(const std::string& event, const std::string& guid) {
        return "X-GitHub-Event: " + event + "\r\nX-GitHub-Delivery: " + guid +
               "\r\nX-Hub-Signature-256: sha256=" + std::string(64, '0') + "\r\n";
    }
    void TearDown() override {
        EXPECT_EQ(world().deliver("ping", id(999), R"({"zen":"still here"})").status, 202);
        EXPECT_EQ(world().get("/readyz").status, 200);
        SharedWorld::TearDown();
    }
};

TEST_F(BadRequest, WrongSignaturesAndHeadersAreRefusedAndNothingIsStored) {
    EXPECT_EQ(world().deliver("ping", id(1), "{}", "not the secret").status, 401);
    EXPECT_EQ(status(head("X-GitHub-Event: ping\r\nX-GitHub-Delivery: " + id(1) + "\r\nContent-Length: 2\r\n\r\n{}")),
              400)
        << "no signature at all";
    for (const auto* event : {"pull request", "<script>", ""})
        EXPECT_EQ(status(head(signed_headers(event, id(1)) + "Content-Length: 2\r\n\r\n{}")), 400) << event;
    EXPECT_EQ(status(head("", "GET") + "\r\n"), 404);
    EXPECT_TRUE(delivery(id(1)).is_null());
    EXPECT_EQ(world().deliver("ping", id(1), "{}").status, 202) << "the id is free for the real one";
    EXPECT_EQ(json::text(settled(id(1)), "state"), "done");
    EXPECT_EQ(world().ask({.url = "/api/v1/deliveries?guid=" + id(1)}).status, 401) << "for administrators only";
}

TEST_F(BadRequest, EventsThatNobodyKnowsAreTakenAndLeftAlone) {
    EXPECT_EQ(world().deliver("solar_eclipse", id(10), R"({"action":"begun"})").status, 202);
    EXPECT_EQ(json::text(settled(id(10)), "state"), "done");
}

TEST_F(BadRequest, SignedNonsenseIsKeptWithTheReasonWhyItFailed) {
    const std::vector<std::tuple<std::string, std::string, std::string>> bodies{
        {"pull_request", "{ half a docum", "the payload is "},
        {"push", "\xff\xfe", "the payload is "},
        {"pull_request", std::string(100'000, '[') + std::string(100'000, ']'), "nest"},
        {"pull_request", "[]", "the payload cannot be used: "},
        {"pull_request", R"({"action":"opened","number":"seven"})", "the payload cannot be used: "},
        {"push", R"({"ref":null,"after":{}})", "the payload cannot be used: "},
    };
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        const auto& [event, body, words] = bodies[i];
        SCOPED_TRACE(event + " " + body.substr(0, 60));
        EXPECT_EQ(world().deliver(event, id(20 + i), body).status, 202);
        const auto found = settled(id(20 + i));
        EXPECT_EQ(json::text(found, "state"), "failed");
        EXPECT_THAT(json::text(found, "error").value_or(""), HasSubstr(words));
        EXPECT_THAT(world().log_of("service"), HasSubstr(id(20 + i)));
    }
}

TEST_F(BadRequest, BodiesThatAreTooLargeOrPackedAreRefusedUnread) {
    const auto refused = [&](const std::string& headers, int wanted) {
        EXPECT_EQ(status(head(signed_headers("push", id(30)) + headers + "\r\n")), wanted) << headers;
    };
    refused("Content-Length: 27262976\r\n", 413);
    refused("Content-Length: 99999999999999999999\r\n", 400);
    refused("Transfer-Encoding: chunked\r\n", 411);
    refused("Content-Encoding: gzip\r\nContent-Length: 100\r\n", 415);
    refused("Content-Length: 2\r\nContent-Length: 3\r\n", 400);
    // A body of 26 MB that is really sent; a large one within GitHub's own bound is taken.
    EXPECT_EQ(world().deliver("push", id(31), std::string(26u << 20, ' ') + "{}").status, 413);
    const auto large = R"({"zen":")" + std::string(10u << 20, 'x') + "\"}";
    EXPECT_EQ(world().deliver("ping", id(32), large).status, 202);
    EXPECT_EQ(json::text(settled(id(32)), "state"), "done");
    EXPECT_TRUE(delivery(id(31)).is_null());
}

TEST_F(BadRequest, RequestsWithoutEndAreCutWhileOthersAreServed) {
    RawClient endless_head(world().port()), endless_chunks(world().port()), silent(world().port());
    silent.send("POST /webhooks/github HTTP/1.1\r\nX-Slow: ");
    endless_head.send("POST /webhooks/github HTTP/1.1\r\nHost: x\r\nX-Long: ");
    endless_chunks.send(head(signed_headers("push", id(40)) + "Transfer-Encoding: chunked\r\n\r\n"));
    const std::string piece(64 * 1024, 'a');
    bool head_goes_on = true, chunks_go_on = true;
    for (int i = 0; i < 4096 && (head_goes_on || chunks_go_on); ++i) {
        head_goes_on = head_goes_on && endless_head.send(piece);
        chunks_go_on = chunks_go_on && endless_chunks.send("10000\r\n" + piece + "\r\n");
        if (i % 64 == 0) {
            EXPECT_EQ(world().get("/healthz").status, 200);
        }
    }
    EXPECT_FALSE(head_goes_on);
    EXPECT_FALSE(chunks_go_on);
    EXPECT_EQ(status_of(silent.response()), 408);
    EXPECT_LT(World::peak_memory(world().service()), 1024);
}

}  // namespace
}  // namespace benchgate::end_to_end
