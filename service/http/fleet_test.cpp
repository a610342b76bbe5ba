// What an operator sees of the fleet and says to a runner over the API.
#include "service/http/fleet.h"

#include <gtest/gtest.h>

#include "core/json/json.h"
#include "platform/crypto.h"
#include "service/http/raw_client_for_tests.h"
#include "service/store/jobs.h"
#include "service/store/leases.h"
#include "service/store/repositories.h"
#include "service/store/runners.h"
#include "service/store/test_database.h"
#include "service/store/uuid_for_tests.h"

namespace benchgate::http {
namespace {

using namespace std::chrono_literals;
using json::Json;
using testing::body_of;
using testing::RawClient;
using testing::status_of;

class FleetTest : public store::TestDatabase {
  protected:
    FleetTest() {
        EdgeOptions options;
        options.linger = 100ms;
        edge = std::make_unique<Edge>(std::move(options));
        serve_fleet(*edge, {pool, std::make_shared<Reads>(ReadOptions{}), platform::sha256_hex(std::string("admin")),
                            [this] { return start(); }});
        edge->start();
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {7, "owner", "engine", "main", 5, false, true}, start());
            store::create_join_token(tx, "join", "lab-1", start() + 1h);
            store::RunnerRow runner;
            runner.runner_id = store::uuid(1, 1);
            runner.token_hash = "t";
            runner.public_key = "k";
            runner.labels = {"x86_64"};
            runner.version = "1";
            EXPECT_TRUE(store::redeem_join_token(tx, "join", runner, start()));
            for (const int n : {1, 2}) {
                store::NewJob job;
                job.repository_id = 7;
                job.job_id = store::uuid(2, n);
                job.run_id = store::uuid(3, 1);
                job.suite = "micro";
                job.labels = {"x86_64"};
                job.spec_json = "{}";
                store::insert_job(tx, job, start());
            }
        });
    }
    Json get(const std::string& path) {
        RawClient client(edge->port());
        const auto text = client.ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(status_of(text), 200) << text;
        return json::parse(body_of(text)).value_or(Json());
    }
    std::pair<int, Json> say(const std::string& runner, const std::string& body, const std::string& token = "admin") {
        RawClient client(edge->port());
        const auto text =
            client.ask("POST /api/v1/runners/" + runner + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + token +
                       "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        return {status_of(text), json::parse(body_of(text)).value_or(Json())};
    }

    std::unique_ptr<Edge> edge;
};

TEST_F(FleetTest, ARunnerIsDrainedAndTakenBack) {
    EXPECT_EQ(get("/api/v1/runners").at("runners").at(0).at("state"), "idle");
    pool.transaction([&](store::Tx& tx) {
        EXPECT_TRUE(store::lease_job(tx, {store::uuid(1, 1), {"x86_64"}, 90s, start(), 4}));
    });
    const auto [status, drained] = say("lab-1", R"({"state": "drained", "reason": "new memory"})");
    EXPECT_EQ(status, 200);
    EXPECT_EQ(drained.at("state"), "draining") << "it has a job";
    EXPECT_EQ(drained.at("reason"), "new memory");
    EXPECT_EQ(get("/api/v1/runners").at("runners").at(0), drained);
    EXPECT_EQ(say("lab-1", R"({"state": "ready"})").second.at("state"), "busy");
}

TEST_F(FleetTest, OnlyTheOperatorSaysSomethingAndOnlyWhatIsUnderstood) {
    EXPECT_EQ(say("lab-1", R"({"state": "drained"})", "guess").first, 401);
    EXPECT_EQ(say("lab-2", R"({"state": "drained"})").first, 404);
    EXPECT_EQ(say("lab-1", R"({"state": "quarantined"})").first, 422);
    EXPECT_EQ(say("lab-1", "drained").first, 422);
    EXPECT_EQ(get("/api/v1/runners").at("runners").at(0).at("drained_at"), Json());
}

TEST_F(FleetTest, TheQueueIsToldInItsOrder) {
    pool.transaction([&](store::Tx& tx) {
        EXPECT_TRUE(store::lease_job(tx, {store::uuid(1, 1), {"x86_64"}, 90s, start(), 4}));
    });
    const auto jobs = get("/api/v1/queue").at("jobs");
    ASSERT_EQ(jobs.size(), 2u);
    EXPECT_EQ(jobs.at(0).at("job"), store::uuid(2, 1));
    EXPECT_EQ(jobs.at(0).at("ahead"), Json()) << "a runner has it";
    EXPECT_EQ(jobs.at(1).at("ahead"), 0);
    EXPECT_EQ(jobs.at(1).at("repository"), "owner/engine");
}

}
}
