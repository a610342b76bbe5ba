// The runner protocol over real sockets and a real PostgreSQL: what an agent sees when all goes well, when answers are
// lost, and when a runner lies.
#include "service/http/runner_api_for_tests.h"
#include "service/store/bundles.h"
#include "service/store/job_logs.h"
#include "service/store/trials.h"

namespace benchgate::http {
namespace {

TEST_F(RunnerApiTest, AJoinTokenMakesOneRunnerAndARepeatGetsTheSameAnswer) {
    const auto request = registration();
    const Answer first = post("register", to_json(request), "");
    ASSERT_EQ(first.status, 201) << first.text;
    EXPECT_EQ(first.body.at("lease_ttl_s"), 90);
    EXPECT_EQ(post("register", to_json(request), "").body, first.body) << "the answer was lost on the way";
    auto other = request;
    other.request_id = platform::random_uuid();
    EXPECT_EQ(post("register", to_json(other), "").status, 401) << "one use";
    other = registration();
    other.join_token = "guess";
    EXPECT_EQ(post("register", to_json(other), "").status, 401);
    other = registration();
    other.protocol = 99;
    EXPECT_EQ(post("register", to_json(other), "").status, 426);
    other = registration();
    other.public_key = "not a key";
    EXPECT_EQ(post("register", to_json(other), "").status, 400);
    EXPECT_EQ(call("POST", "register", "{}", "").status, 400);
    const auto runners = pool.transaction([](store::Tx& tx) { return store::list_runners(tx); });
    ASSERT_EQ(runners.size(), 1u);
    EXPECT_EQ(runners[0].token_hash, platform::sha256_hex(first.body.at("token").get<std::string>()))
        << "only the hash is kept";
}

TEST_F(RunnerApiTest, NobodyGetsInWithoutTheToken) {
    const std::string path = leased();
    for (const std::string& wrong : {std::string(), std::string("x"), platform::sha256_hex(token)}) {
        EXPECT_EQ(post("leases", to_json(lease_request()), wrong).status, 401);
        EXPECT_EQ(post(path + "heartbeat", beat(), wrong).status, 401);
        EXPECT_EQ(call("PUT", path + "log?offset=0", "x", wrong).status, 401);
    }
}

TEST_F(RunnerApiTest, ALeaseIsGivenOnceAndAgainToTheSameRequest) {
    token = registered();
    EXPECT_EQ(post("leases", to_json(lease_request()), token).status, 204);
    const std::string id = queue_job();
    const auto request = lease_request();
    const Answer lease = post("leases", to_json(request), token);
    ASSERT_EQ(lease.status, 200) << lease.text;
    EXPECT_EQ(lease.body.at("job"), id);
    EXPECT_EQ(lease.body.at("epoch"), 1);
    EXPECT_EQ(lease.body.at("clone").at("token"), "clone-1");
    EXPECT_EQ(lease.body.at("spec").at("repository"), "owner/engine");
    const Answer again = post("leases", to_json(request), token);
    EXPECT_EQ(again.body.at("job"), id);
    EXPECT_EQ(again.body.at("epoch"), 1);
    EXPECT_EQ(again.body.at("clone").at("token"), "clone-2") << "a fresh clone token";
    EXPECT_EQ(post("leases", to_json(lease_request()), token).status, 204)
        << "another request does not get the same job";
}

TEST_F(RunnerApiTest, ALeaseRequestWaitsForAJobAndHearsOfIt) {
    token = registered();
    auto asking = std::async(std::launch::async, [&] { return post("leases", to_json(lease_request(25)), token); });
    while (pool.transaction([](store::Tx& tx) { return store::list_runners(tx); })[0].boot_id != boot_id)
        std::this_thread::yield();
    const std::string id = queue_job();
    EXPECT_EQ(asking.get().body.at("job"), id);
    clock.advance(1s);
    auto held =
        std::async(std::launch::async, [&] { return post("leases", to_json(lease_request(25)), token).status; });
    while (pool.transaction([](store::Tx& tx) { return store::list_runners(tx); })[0].last_seen_at <
           store::to_microseconds(clock.now()))
        std::this_thread::yield();
    edge->stop();
    EXPECT_EQ(held.get(), 204) << "a stopping service lets the runner go";
}

TEST_F(RunnerApiTest, WhoMayNotWorkGetsNoJob) {
    token = registered();
    const std::string id = queue_job();
    auto request = lease_request();
    request.protocol = 99;
    EXPECT_EQ(post("leases", to_json(request), token).status, 426);
    request = lease_request();
    request.state = "draining";
    EXPECT_EQ(post("leases", to_json(request), token).status, 204);
    request.state = "quarantined";
    const Answer resting = post("leases", to_json(request), token);
    EXPECT_EQ(resting.status, 423);
    EXPECT_EQ(pool.transaction([](store::Tx& tx) { return store::list_runners(tx); }).at(0).state, "quarantined")
        << "the page of runners shows it";
    EXPECT_NE(resting.text.find("Retry-After: "), std::string::npos);
    request = lease_request();
    request.facts = {{"disk.free", model::FactStatus::fail, "1.0 GiB", "more than 20 GiB", "free some space"}};
    EXPECT_EQ(post("leases", to_json(request), token).status, 423) << "a host whose facts fail, whatever it says it is";
    no_clone = true;
    EXPECT_EQ(post("leases", to_json(lease_request()), token).status, 503);
    no_clone = false;
    clock.advance(api.times.rest);
    request = lease_request();
    request.boot_id = platform::random_uuid();
    const Answer newer = post("leases", to_json(request), token);
    ASSERT_EQ(newer.status, 200);
    EXPECT_EQ(newer.body.at("job"), id) << "the job without a clone token went back";
    const Answer older = post("leases", to_json(lease_request()), token);
    EXPECT_EQ(older.status, 409);
    EXPECT_EQ(older.body.at("error"), "newer_boot");
}

TEST_F(RunnerApiTest, AJobWhoseRepositoryIsOutOfReachHoldsUpNoOther) {
    token = registered();
    const std::string unreachable = queue_job();
    no_clone = true;
    EXPECT_EQ(post("leases", to_json(lease_request()), token).status, 503);
    no_clone = false;
    const std::string next = queue_job();
    EXPECT_EQ(post("leases", to_json(lease_request()), token).body.at("job"), next);
    EXPECT_EQ(post("leases", to_json(lease_request()), token).status, 204) << "it rests";
    clock.advance(api.times.rest);
    EXPECT_EQ(post("leases", to_json(lease_request()), token).body.at("job"), unreachable);

    lost_repository = 2;
    const std::string lost = queue_job(lost_repository);
    const std::string last = queue_job();
    EXPECT_EQ(post("leases", to_json(lease_request()), token).body.at("job"), last);
    const auto row = pool.transaction([&](store::Tx& tx) { return *store::find_job(tx, lost); });
    EXPECT_EQ(row.state, model::JobState::failed);
    EXPECT_NE(row.outcome_json->find("the installation is gone"), std::string::npos);
}

TEST_F(RunnerApiTest, AJobThatWaitedWhileItsRepositoryWasRenamedIsClonedUnderTheNewName) {
    token = registered();
    const std::string id = queue_job();
    pool.transaction([&](store::Tx& tx) {
        store::upsert_repository(tx, {1, "owner", "motor", "main", 5, false, true}, start());
    });
    const auto lease = post("leases", to_json(lease_request()), token);
    ASSERT_EQ(lease.status, 200) << lease.text;
    EXPECT_EQ(lease.body.at("job"), id);
    EXPECT_EQ(lease.body.at("clone").at("url"), "http://git.invalid/motor");
}

TEST_F(RunnerApiTest, AHeartbeatAndAFinishAtOnceDoNotWaitForEachOther) {
    const std::string path = leased();
    const auto runner = pool.transaction([](store::Tx& tx) { return store::list_runners(tx); })[0].runner_id;
    store::Pool impatient({.url = url, .connections = 1, .statement_timeout = 2s});
    std::future<Answer> beating;
    pool.transaction([&](store::Tx& tx) {
        // As a finish does: the job is locked, then the runner.
        EXPECT_EQ(store::check_lease(tx, {job, 1, runner}), store::Fence::current);
        beating = std::async(std::launch::async, [&] { return post(path + "heartbeat", beat(), token); });
        std::this_thread::sleep_for(300ms);
        EXPECT_NO_THROW(impatient.transaction([&](store::Tx& other) { store::touch_runner(other, runner, start()); }))
            << "the heartbeat waits for the job and holds the runner meanwhile";
    });
    EXPECT_EQ(beating.get().status, 200);
}

TEST_F(RunnerApiTest, OneJobCannotFillTheDisk) {
    const std::string path = leased();
    const auto put_artifact = [&](const std::string& name, const std::string& bytes) {
        return call("PUT", path + "artifacts/" + name, bytes, token,
                    "X-Content-Sha256: " + platform::sha256_hex(bytes) +
                        "\r\nX-Content-Size: " + std::to_string(bytes.size()) + "\r\n");
    };
    const auto left = [&](std::int64_t bytes) {
        return pool.transaction([&](store::Tx& tx) { return store::charge_upload(tx, job, bytes); });
    };
    EXPECT_TRUE(left(store::max_upload_bytes - 8192));
    EXPECT_EQ(put_artifact("large", std::string(8193, 'x')).body.at("error"), "job_full");
    EXPECT_EQ(put_artifact("small", std::string(4096, 'x')).status, 200);
    EXPECT_EQ(put_artifact("small", std::string(4096, 'x')).status, 200) << "a repeat costs nothing";
    for (int i = 0; i < 3; ++i) EXPECT_EQ(put_artifact("empty-" + std::to_string(i), "").status, 200);
    EXPECT_TRUE(left(1024));
    EXPECT_EQ(put_artifact("empty", "").status, 413) << "a row without bytes takes space too";
    EXPECT_EQ(call("PUT", path + "log?offset=0", "x", token).status, 413);
    model::Trial trial;
    model::Measurement measurement;
    measurement.series = {{"Sort", "time"}, "ns", model::Better::lower, true};
    measurement.samples = {1.0};
    trial.values = {measurement};
    EXPECT_EQ(call("PUT", path + "trials/0", json::dump(protocol::to_json(trial)), token).status, 413);
}

TEST_F(RunnerApiTest, TheEpochFencesEveryCall) {
    const std::string path = leased();
    EXPECT_EQ(post(path + "heartbeat", beat(), token).status, 200);
    clock.advance(10min);
    pool.transaction([&](store::Tx& tx) { store::reap_leases(tx, clock.now()); });
    const Answer second = post("leases", to_json(lease_request()), token);
    ASSERT_EQ(second.status, 200);
    EXPECT_EQ(second.body.at("epoch"), 2);
    for (const char* what : {"heartbeat", "release"}) {
        const Json body = what == std::string("heartbeat") ? beat() : Json{{"request_id", "r"}, {"reason", "x"}};
        const Answer stale = post(path + what, body, token);
        EXPECT_EQ(stale.status, 409) << what;
        EXPECT_EQ(stale.body.at("error"), "stale_epoch") << what;
    }
    EXPECT_EQ(call("PUT", path + "log?offset=0", "x", token).status, 409);
    EXPECT_EQ(post("jobs/" + platform::random_uuid() + "/1/heartbeat", beat(), token).status, 410);
    EXPECT_EQ(post("jobs/nonsense/1/heartbeat", beat(), token).status, 410);
    EXPECT_EQ(post("jobs/" + job + "/-1/heartbeat", beat(), token).status, 410);
    EXPECT_EQ(post("jobs/" + job + "/2/release", {{"request_id", "r"}, {"reason", "drain"}}, token).status, 200);
    EXPECT_EQ(post("leases", to_json(lease_request()), token).body.at("epoch"), 3);
}

TEST_F(RunnerApiTest, ALogHasNoHolesWhateverTheRunnerSays) {
    const std::string path = leased();
    EXPECT_EQ(call("PUT", path + "log?offset=0", "hello ", token).body.at("next"), 6);
    EXPECT_EQ(call("PUT", path + "log?offset=0", "hello ", token).body.at("next"), 6) << "a repeat";
    for (const char* lie : {"7", "3", "1000000"}) {
        const Answer answer = call("PUT", path + "log?offset=" + lie, "world", token);
        EXPECT_EQ(answer.status, 416) << lie;
        EXPECT_EQ(answer.body.at("next"), 6) << lie;
    }
    for (const char* nonsense : {"", "-1", "x", "99999999999"})
        EXPECT_EQ(call("PUT", path + "log?offset=" + nonsense, "world", token).status, 400) << nonsense;
    EXPECT_EQ(call("PUT", path + "log?offset=6", std::string(protocol::log_chunk_bytes + 1, 'x'), token).status, 413);
    EXPECT_EQ(call("PUT", path + "log?offset=6", "world", token).status, 200);
    EXPECT_EQ(pool.transaction([&](store::Tx& tx) { return store::read_log(tx, job, 1, 0, 100); }), "hello world");
}

TEST_F(RunnerApiTest, TrialsAndArtifactsAreImmutable) {
    const std::string path = leased();
    model::Trial trial;
    trial.number = 3;
    model::Measurement measurement;
    measurement.series = {{"Sort", "time"}, "ns", model::Better::lower, true};
    measurement.samples = {1.5, 2.5};
    trial.values = {measurement};
    const std::string body = json::dump(protocol::to_json(trial));
    EXPECT_EQ(call("PUT", path + "trials/3", body, token).status, 200);
    EXPECT_EQ(call("PUT", path + "trials/3", body, token).status, 200) << "a repeat";
    trial.values[0].samples = {1.0};
    const Answer other = call("PUT", path + "trials/3", json::dump(protocol::to_json(trial)), token);
    EXPECT_EQ(other.status, 409);
    EXPECT_EQ(other.body.at("error"), "differs");
    EXPECT_EQ(call("PUT", path + "trials/4", body, token).status, 400) << "the number must be the address's";
    EXPECT_EQ(call("PUT", path + "trials/x", body, token).status, 400);
    EXPECT_EQ(call("PUT", path + "trials/3", "{", token).status, 400);
    trial.number = 5;
    trial.values[0].series.key.benchmark = "a name with \\u0000 and \\\\u0000 in it";
    EXPECT_EQ(call("PUT", path + "trials/5", json::dump(protocol::to_json(trial)), token).status, 200);
    trial.number = 6;
    trial.values[0].series.key.benchmark = std::string("nul\\\0", 5);
    EXPECT_EQ(call("PUT", path + "trials/6", json::dump(protocol::to_json(trial)), token).status, 400);
    EXPECT_EQ(pool.transaction([&](store::Tx& tx) { return store::list_samples(tx, job, 1).size(); }), 2u);

    const auto headers = [](const std::string& bytes) {
        return "X-Content-Sha256: " + platform::sha256_hex(bytes) +
               "\r\nX-Content-Size: " + std::to_string(bytes.size()) + "\r\n";
    };
    EXPECT_EQ(call("PUT", path + "artifacts/flame.svg", "<svg/>", token, headers("<svg/>")).status, 200);
    EXPECT_EQ(call("PUT", path + "artifacts/flame.svg", "<svg/>", token, headers("<svg/>")).status, 200);
    EXPECT_EQ(call("PUT", path + "artifacts/flame.svg", "other", token, headers("other")).status, 409);
    EXPECT_EQ(call("PUT", path + "artifacts/flame2.svg", "other", token, headers("<svg/>")).status, 400);
    EXPECT_EQ(call("PUT", path + "artifacts/.hidden", "other", token, headers("other")).status, 400);
}

TEST_F(RunnerApiTest, FinishCountsOnceAndOnlyWithTheRunnersSignature) {
    const std::string path = leased();
    protocol::FinishRequest finish;
    finish.request_id = platform::random_uuid();
    finish.outcome = "succeeded";
    EXPECT_EQ(post(path + "finish", to_json(finish), token).status, 400) << "nothing to show";
    model::Bundle bundle;
    bundle.comparison = {"owner/engine", std::string(40, 'a'), std::string(40, 'b')};
    bundle.stopped_by = "plan";
    finish.manifest = protocol::manifest_of(bundle, {});
    finish.signature = platform::base64_encode(platform::Ed25519PrivateKey::generate().sign(finish.manifest));
    EXPECT_EQ(post(path + "finish", to_json(finish), token).body.at("error"), "bad_signature");
    finish.signature = platform::base64_encode(key.sign(finish.manifest));
    const Answer first = post(path + "finish", to_json(finish), token);
    ASSERT_EQ(first.status, 200) << first.text;
    EXPECT_EQ(first.body.at("used"), true);
    EXPECT_EQ(post(path + "finish", to_json(finish), token).body.at("used"), true) << "a repeat gets the first answer";
    EXPECT_EQ(post(path + "heartbeat", beat(), token).status, 410);
    EXPECT_TRUE(pool.transaction([&](store::Tx& tx) { return store::used_bundle(tx, job); }));
}

}
}
