#pragma once
// What the tests of the runner API share: the door over real sockets and a real PostgreSQL, and the calls of a runner.

#include <gtest/gtest.h>

#include <future>

#include "core/protocol/bundle_json.h"
#include "core/protocol/spec_json.h"
#include "platform/crypto.h"
#include "platform/ids.h"
#include "service/http/raw_client_for_tests.h"
#include "service/http/runner_api.h"
#include "service/store/jobs.h"
#include "service/store/leases.h"
#include "service/store/repositories.h"
#include "service/store/runners.h"
#include "service/store/runs.h"
#include "service/store/test_database.h"

namespace benchgate::http {

using namespace std::chrono_literals;
using json::Json;
using testing::body_of;
using testing::RawClient;
using testing::status_of;

struct Answer {
    int status = 0;
    Json body;
    std::string text;
};

class RunnerApiTest : public store::TestDatabase {
  protected:
    RunnerApiTest()
        : clock(start()),
          waiting(
              [this] { return pool.transaction([&](store::Tx& tx) { return store::waiting_jobs(tx, clock.now()); }); }),
          api{pool, clock, waiting, {}, {}} {
        api.clone_access = [this](std::int64_t repository_id) -> tl::expected<protocol::CloneAccess, NoClone> {
            if (no_clone) return tl::unexpected(NoClone{"GitHub is away", false});
            if (repository_id == lost_repository) return tl::unexpected(NoClone{"the installation is gone", true});
            const auto row = pool.transaction([&](store::Tx& tx) { return store::find_repository(tx, repository_id); });
            return protocol::CloneAccess{"http://git.invalid/" + (row ? row->name : ""),
                                         "clone-" + std::to_string(++clones), "2026-01-01T00:00:00Z"};
        };
        EdgeOptions options;
        options.body_limits = runner_body_limits();
        options.linger = 100ms;
        edge = std::make_unique<Edge>(std::move(options));
        serve_runner_api(*edge, api);
        edge->start();
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {1, "owner", "engine", "main", 5, false, true}, start());
            store::RunRow run;
            run.repository_id = 1;
            run.run_id = run_id;
            run.number = 7;
            run.created_at = start();
            store::insert_run(tx, run);
        });
    }

    Answer call(const std::string& method, const std::string& path, const std::string& body, const std::string& bearer,
                const std::string& headers = "") {
        RawClient client(edge->port());
        const std::string text =
            client.ask(method + " /runner/v1/" + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + bearer +
                       "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        return {status_of(text), json::parse(body_of(text)).value_or(Json()), text};
    }
    Answer post(const std::string& path, const Json& body, const std::string& bearer) {
        return call("POST", path, json::dump(body), bearer);
    }

    std::string join_token() {
        const std::string fresh = platform::random_token("bgj_");
        pool.transaction(
            [&](store::Tx& tx) { store::create_join_token(tx, platform::sha256_hex(fresh), "box", clock.now() + 1h); });
        return fresh;
    }
    protocol::RegisterRequest registration() {
        return {platform::random_uuid(), join_token(), "box", {"x86_64"}, key.public_key().to_pem(), "0.1.0", 1};
    }
    std::string registered() {
        return post("register", to_json(registration()), "").body.at("token").get<std::string>();
    }

    std::string queue_job(std::int64_t repository_id = 1) {
        protocol::JobSpec spec;
        spec.repository = repository_id == 1 ? "owner/engine" : "owner/removed";
        spec.base.sha = std::string(40, 'a');
        spec.head.sha = std::string(40, 'b');
        spec.suite.name = spec.experiment.suite = "micro";
        store::NewJob row;
        row.repository_id = repository_id;
        row.job_id = platform::random_uuid();
        row.run_id = run_id;
        row.suite = "micro";
        row.labels = {"x86_64"};
        row.spec_json = json::dump(to_json(spec));
        pool.transaction([&](store::Tx& tx) { store::insert_job(tx, row, clock.now()); });
        waiting.wake();
        return row.job_id;
    }
    protocol::LeaseRequest lease_request(int wait_s = 0) {
        protocol::LeaseRequest request;
        request.request_id = platform::random_uuid();
        request.boot_id = boot_id;
        request.labels = {"x86_64"};
        request.wait_s = wait_s;
        return request;
    }
    // A job leased by a fresh runner: the path of its calls.
    std::string leased() {
        token = registered();
        job = queue_job();
        EXPECT_EQ(post("leases", to_json(lease_request()), token).status, 200);
        return "jobs/" + job + "/1/";
    }
    Json beat() {
        return to_json(protocol::HeartbeatRequest{platform::random_uuid(), model::JobPhase::build, 0, 0.5, 60});
    }

    const std::string run_id = platform::random_uuid();
    const std::string boot_id = platform::random_uuid();
    platform::Ed25519PrivateKey key = platform::Ed25519PrivateKey::generate();
    platform::FakeClock clock;
    WaitingRunners waiting;
    RunnerApi api;
    bool no_clone = false;
    std::int64_t lost_repository = 0;
    int clones = 0;
    std::string token, job;
    std::unique_ptr<Edge> edge;
};

}
