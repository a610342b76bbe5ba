// The open API over a real socket and a real PostgreSQL.
#include "service/http/api.h"

#include <gtest/gtest.h>

#include "service/http/raw_client_for_tests.h"
#include "service/reports/stored_bundle.h"
#include "service/store/jobs.h"
#include "service/store/leases.h"
#include "service/store/test_database.h"
#include "service/store/uuid_for_tests.h"

namespace benchgate::http {
namespace {

class OpenApiTest : public store::TestDatabase {
  protected:
    OpenApiTest() {
        EdgeOptions options;
        options.linger = std::chrono::milliseconds(100);
        edge = std::make_unique<Edge>(std::move(options));
        serve_api(*edge, {pool, std::make_shared<Reads>(ReadOptions{}), {"http://here", ""}, ""});
        edge->start();
        store::NewJob made;
        made.repository_id = 7;
        made.job_id = job;
        made.run_id = store::uuid(3, 1);
        made.suite = "micro";
        made.spec_json = "{}";
        pool.transaction([&](store::Tx& tx) { store::insert_job(tx, made, start()); });
    }
    std::string get(const std::string& path) {
        return testing::RawClient(edge->port()).ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    const std::string job = store::uuid(2, 1);
    std::unique_ptr<Edge> edge;
};

TEST_F(OpenApiTest, ABundleThatIsTooLargeIsNotPutTogetherForAnybody) {
    const auto path = "/api/v1/jobs/" + job + "/bundle";
    const auto charge = [&](std::int64_t bytes) {
        return pool.transaction([&](store::Tx& tx) { return store::charge_upload(tx, job, bytes); });
    };
    ASSERT_TRUE(charge(reports::most_shown_bytes));
    EXPECT_EQ(testing::status_of(get(path)), 404) << "it has none yet";
    ASSERT_TRUE(charge(1));
    const auto text = get(path);
    EXPECT_EQ(testing::status_of(text), 413) << text;
    EXPECT_NE(text.find("more than 128 MiB"), std::string::npos) << text;
    EXPECT_EQ(testing::status_of(get("/api/v1/jobs/none/bundle")), 404);
}

}  // namespace
}  // namespace benchgate::http
