#pragma once
// Pull request 7 with one job, hosts that join, and measurements that the test chooses: real PostgreSQL, the judge as
// it is. For the tests of what follows from a verdict.

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "core/json/json.h"
#include "core/protocol/bundle_json.h"
#include "core/protocol/spec_json.h"
#include "core/reporting/report_json.h"
#include "platform/crypto.h"
#include "platform/ids.h"
#include "service/store/leases.h"
#include "service/store/outbox_fixture_for_tests.h"
#include "service/store/pull_requests.h"
#include "service/store/runners.h"
#include "service/store/test_database.h"
#include "service/store/trials.h"
#include "service/store/verdicts.h"
#include "service/store/waivers.h"
#include "service/workers/judge.h"
#include "service/workers/known.h"
#include "service/workers/watch.h"

namespace benchgate::workers {

class JudgedPullRequest : public store::TestDatabase {
  protected:
    struct Host {
        std::string id{};
        std::string name{};
        platform::Ed25519PrivateKey key = platform::Ed25519PrivateKey::generate();
    };
    JudgedPullRequest() {
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {1, "octo", "engine", "main", 5, false, true}, now);
        });
        join(ash, "ash");
        spec.repository = "octo/engine";
        spec.base.sha = std::string(40, 'a');
        spec.head.sha = std::string(40, 'b');
        spec.merge_base = true;
        spec.suite.name = spec.experiment.suite = "micro";
        spec.experiment.seed = 6;
    }

    void join(Host& host, const std::string& name, int protocol = protocol::protocol_version) {
        pool.transaction([&](store::Tx& tx) {
            const auto token = platform::random_uuid();
            store::create_join_token(tx, token, name, now + std::chrono::hours(1));
            store::RunnerRow runner;
            runner.runner_id = platform::random_uuid();
            runner.token_hash = "token of " + name;
            runner.public_key = host.key.public_key().to_pem();
            runner.labels = {"x86_64"};
            runner.protocol = protocol;
            host.name = name;
            host.id = store::redeem_join_token(tx, token, runner, now).value().runner_id;
        });
    }

    /// A run of pull request 7, or of the merge queue, with one job.
    void ask(model::RunKind kind = model::RunKind::pull_request) {
        run.repository_id = 1;
        run.run_id = platform::random_uuid();
        run.kind = kind;
        run.number = 7;
        run.head_sha = spec.head.sha;
        run.state = model::RunState::running;
        run.created_at = now;
        store::NewJob job;
        job.repository_id = 1;
        job.job_id = platform::random_uuid();
        job.run_id = run.run_id;
        job.suite = "micro";
        job.labels = {"x86_64"};
        job.number = 7;
        job.priority = 30;
        job.spec_json = json::dump(to_json(spec));
        pool.transaction([&](store::Tx& tx) {
            store::insert_run(tx, run);
            store::insert_job(tx, job, now);
        });
    }

    std::optional<store::JobRow> lease(const Host& host) {
        return pool.transaction([&](store::Tx& tx) {
            return store::lease_job(tx,
                                    {host.id, {"x86_64"}, std::chrono::seconds(90), now, protocol::protocol_version});
        });
    }

    /// Three blocks of each phase that is asked for, where head costs so many times as much as base: an alarm if that
    /// is more than nothing. Without names: every benchmark that is asked for.
    static model::Bundle bundle_of(const protocol::JobSpec& spec, const std::map<std::string, double>& cost) {
        model::Bundle bundle;
        bundle.comparison = {spec.repository, std::string(40, 'c'), spec.head.sha};
        if (!spec.merge_base) bundle.comparison.base_sha = spec.base.sha;
        bundle.experiment = spec.experiment;
        bundle.stopped_by = "plan";
        std::set<std::string> counted;
        for (const auto phase : {model::Phase::measure, model::Phase::confirm}) {
            if (phase == model::Phase::confirm && !spec.experiment.confirm) continue;
            for (int i = 0; i < 24; ++i) {
                model::Trial trial;
                trial.number = static_cast<std::int64_t>(bundle.trials.size());
                trial.phase = phase;
                trial.block = i / 8;
                trial.position = i % 8;
                trial.side = i % 2 == 0 ? model::Side::base : model::Side::head;
                trial.kept = true;
                for (const auto& [benchmark, factor] : cost) {
                    const model::SeriesKey key{benchmark, "time"};
                    if (!spec.confirm.empty() &&
                        std::find(spec.confirm.begin(), spec.confirm.end(), key) == spec.confirm.end())
                        continue;
                    counted.insert(benchmark);
                    model::Measurement measured;
                    measured.series = {key, "ns", model::Better::lower, true};
                    measured.samples = {1e6 * (1 + 0.0013 * ((i % 8 * 5 + i / 8 * 3 + i % 8 / 2) % 11)) *
                                        (trial.side == model::Side::head ? factor : 1)};
                    trial.values.push_back(measured);
                }
                bundle.trials.push_back(std::move(trial));
            }
        }
        bundle.experiment.tests = static_cast<int>(std::max<std::size_t>(1, counted.size()));
        return bundle;
    }

    /// The host takes the next job, measures it, and the service judges it. False: there was none for it.
    bool measures(const Host& host, const std::map<std::string, double>& cost) {
        const auto leased = lease(host);
        if (!leased) return false;
        const auto asked = protocol::read_job_spec(json::parse(leased->job.spec_json).value()).value();
        auto bundle = bundle_of(asked, cost);
        bundle.runner = host.name;
        const store::LeaseRef ref{leased->job.job_id, leased->epoch, host.id};
        pool.transaction([&](store::Tx& tx) {
            std::vector<std::string> digests;
            for (const auto& trial : bundle.trials) {
                const auto body = json::dump(protocol::to_json(trial));
                digests.push_back(platform::sha256_hex(body));
                store::put_trial(tx, ref, {trial.number, digests.back(), body, now}, {});
            }
            const auto manifest = protocol::manifest_of(bundle, digests);
            EXPECT_TRUE(store::finish_job(tx, ref,
                                          {store::Outcome::succeeded, false, "upload", "", manifest,
                                           platform::base64_encode(host.key.sign(manifest)), now})
                            .used);
        });
        judge_all();
        return true;
    }

    void fails(const Host& host, const std::string& reason, bool infrastructure) {
        const auto leased = lease(host);
        ASSERT_TRUE(leased) << reason;
        pool.transaction([&](store::Tx& tx) {
            store::finish_job(tx, {leased->job.job_id, leased->epoch, host.id},
                              {store::Outcome::failed, infrastructure, "build", reason, "{}", "", now});
        });
        judge_all();
    }

    void judge_all() {
        JudgeWorker worker{pool, addresses, [this] { return now; }};
        while (worker.work({})) continue;
    }
    void reap() {
        Reaper{pool, [this] { return now; }}.work({});
        judge_all();
    }
    store::RunRow stored_run() {
        return *pool.transaction([&](store::Tx& tx) { return store::find_run(tx, run.run_id); });
    }
    reporting::Report report() {
        return pool.transaction([&](store::Tx& tx) { return reports::run_report(tx, stored_run(), addresses); });
    }
    json::Json document() { return json::parse(json::dump(reporting::report_json(report()))).value(); }
    std::string reason_of(const std::string& benchmark) {
        const auto made = report();
        for (const auto& verdict : made.suites.at(0).judgement->verdicts)
            if (verdict.series.key.benchmark == benchmark) return verdict.reason;
        return "no verdict";
    }
    std::optional<store::JobRow> confirmation() {
        for (const auto& job : pool.transaction([&](store::Tx& tx) { return store::jobs_of_run(tx, 1, run.run_id); }))
            if (job.job.confirms_job_id) return job;
        return std::nullopt;
    }
    /// What goes to GitHub next, by kind.
    std::map<std::string, json::Json> said() {
        std::map<std::string, json::Json> items;
        for (const auto& item : store::send_everything(pool, now += std::chrono::minutes(10)))
            items[item.kind] = json::parse(item.body_json).value();
        return items;
    }
    static std::string text(const std::map<std::string, json::Json>& items, const char* kind, const char* key) {
        const auto found = items.find(kind);
        return found == items.end() ? "nothing was said" : json::text(found->second, key).value_or("nothing");
    }

    store::Time now = start();
    Host ash, oak;
    protocol::JobSpec spec;
    store::RunRow run;
    reports::Addresses addresses{"http://bench.invalid", ""};
};

}  // namespace benchgate::workers
