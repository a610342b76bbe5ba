#pragma once
// For tests of main's history: a repository whose pushes a runner has measured and the judge has judged, without git,
// runner or GitHub. Header-only.

#include <fmt/format.h>

#include <algorithm>

#include "core/protocol/bundle_json.h"
#include "core/protocol/spec_json.h"
#include "platform/crypto.h"
#include "platform/ids.h"
#include "service/store/history.h"
#include "service/store/leases.h"
#include "service/store/repositories.h"
#include "service/store/runners.h"
#include "service/store/runs.h"
#include "service/store/test_database.h"
#include "service/store/trials.h"
#include "service/store/verdicts.h"
#include "service/workers/history.h"
#include "service/workers/later.h"

namespace benchgate::workers {

class PushesTest : public store::TestDatabase {
  protected:
    PushesTest() {
        pool.transaction([&](store::Tx& tx) {
            store::upsert_repository(tx, {1, "octo", "engine", "main", 5, false, true}, start());
            store::create_join_token(tx, "join", "anvil", start() + std::chrono::hours(1));
            store::RunnerRow runner;
            runner.runner_id = platform::random_uuid();
            runner.token_hash = "token";
            runner.public_key = key.public_key().to_pem();
            runner_id = store::redeem_join_token(tx, "join", runner, start()).value().runner_id;
        });
    }
    static std::string sha(int i) { return fmt::format("{:040x}", i); }

    struct Push {
        int base = 0;
        int head = 1;
        double base_ns = 100;
        double head_ns = 100;
        bool identical = false;
        bool broken = false;  ///< the bundle is not the one that was signed
    };
    /// Main's newest commit becomes `push.head`, and the push is measured.
    std::string push(const Push& push) {
        if (std::ranges::find(main, push.head) == main.end()) main.push_back(push.head);
        protocol::JobSpec spec;
        spec.repository = "octo/engine";
        spec.base.sha = sha(push.base);
        spec.head.sha = sha(push.head);
        spec.suite.name = spec.experiment.suite = "micro";
        model::Bundle bundle;
        bundle.comparison = {spec.repository, spec.base.sha, spec.head.sha};
        bundle.experiment = spec.experiment;
        bundle.experiment.tests = 1;
        bundle.runner = "anvil";
        bundle.identical = push.identical;
        if (push.identical) bundle.base_artifacts = bundle.head_artifacts = {{"out", std::string(64, '0')}};
        for (int i = 0; i < 8 && !push.identical; ++i) {
            model::Trial trial;
            trial.number = trial.position = i;
            trial.side = i % 2 == 0 ? model::Side::base : model::Side::head;
            model::Measurement measured;
            measured.series = {{"sort", "time"}, "ns", model::Better::lower, true};
            measured.samples = {i % 2 == 0 ? push.base_ns : push.head_ns};
            trial.values = {measured};
            bundle.trials.push_back(trial);
        }
        return store_push(spec, bundle, push.broken);
    }
    std::string store_push(const protocol::JobSpec& spec, const model::Bundle& bundle, bool broken) {
        store::RunRow run;
        run.repository_id = 1;
        run.run_id = platform::random_uuid();
        run.kind = model::RunKind::push;
        run.base_ref = "main";
        run.base_sha = run.merge_base = spec.base.sha;
        run.head_sha = spec.head.sha;
        run.config = "host_class: [lab]\nsuites:\n  micro: { build: make, run: ./bench, format: json }\n" + policy;
        run.state = model::RunState::finished;
        run.created_at = start();
        store::NewJob job;
        job.repository_id = 1;
        job.job_id = platform::random_uuid();
        job.run_id = run.run_id;
        job.suite = "micro";
        job.labels = {};
        job.spec_json = json::dump(to_json(spec));
        pool.transaction([&](store::Tx& tx) {
            store::insert_run(tx, run);
            store::insert_job(tx, job, start());
            const auto leased = store::lease_job(tx, {runner_id, {}, std::chrono::seconds(90), start()});
            const store::LeaseRef lease{job.job_id, leased->epoch, runner_id};
            std::vector<std::string> digests;
            for (const auto& trial : bundle.trials) {
                const auto body = json::dump(protocol::to_json(trial));
                digests.push_back(platform::sha256_hex(broken ? "other" : body));
                store::put_trial(tx, lease, {trial.number, digests.back(), body, start()}, {});
            }
            const auto manifest = protocol::manifest_of(bundle, digests);
            store::finish_job(tx, lease,
                              {store::Outcome::succeeded, false, "upload", "", manifest,
                               platform::base64_encode(key.sign(manifest)), start()});
            store::mark_job_judged(tx, job.job_id, start());
            store::add_history_due(tx, job.job_id, start());
        });
        return run.run_id;
    }
    HistoryWorker::Walk walk() {
        return [this](const github::Repository&, const std::string&, const std::string&, std::size_t limit,
                      std::stop_token) {
            ++walks;
            if (git_is_away) throw Later("git is away", std::chrono::seconds(10));
            std::vector<std::string> commits;
            for (const int i : main) commits.push_back(sha(i));
            if (commits.size() > limit) commits.erase(commits.begin(), commits.end() - static_cast<long>(limit));
            return commits;
        };
    }
    /// A new worker each time: nothing that matters lies in its memory.
    bool step() {
        const auto known = [this](const github::Repository&, std::stop_token) { return tags; };
        return HistoryWorker{pool, [this] { return start() + passed; }, walk(), known}.work({});
    }
    std::vector<store::HistoryPoint> points() {
        return pool.transaction([&](store::Tx& tx) {
            return store::history_points(tx, 1, series_id_of("micro", "", {"sort", "time"}), 1000);
        });
    }

    platform::Ed25519PrivateKey key = platform::Ed25519PrivateKey::generate();
    std::string runner_id;
    std::vector<std::pair<std::string, std::string>> tags;  ///< name, commit
    std::string policy;                                     ///< lines of the configuration
    std::vector<int> main{0};                               ///< oldest first
    std::chrono::seconds passed{0};
    int walks = 0;
    bool git_is_away = false;
};

}  // namespace benchgate::workers
