#include "service/workers/reconcile.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <set>

#include "core/json/json.h"
#include "core/planning/reconcile.h"
#include "platform/clock.h"
#include "platform/ids.h"
#include "platform/stop.h"
#include "service/store/inbox.h"
#include "service/store/settings.h"
#include "service/workers/asking.h"

namespace benchgate::workers {
namespace {

constexpr const char* reconcile_task = "reconcile";
/// A process that ended without a word gives way after it; renewed before every call.
constexpr std::chrono::seconds reconcile_lead_term{45};
constexpr std::chrono::seconds reconcile_pause{60};
constexpr std::chrono::hours aside_for{1};
/// What GitHub's log brings back needs no comparing; but a log that cannot be read must not hold this up for ever.
constexpr std::chrono::hours patience_with_the_log{1};
/// GitHub's clock is not ours.
constexpr std::chrono::hours slack{1};

/// Forgets those whose time is over.
std::vector<std::int64_t> those_until(std::map<std::int64_t, store::Time>& waiting, store::Time now) {
    std::erase_if(waiting, [&](const auto& one) { return one.second <= now; });
    std::vector<std::int64_t> ids;
    ids.reserve(waiting.size());
    for (const auto& [id, until] : waiting) ids.push_back(id);
    return ids;
}

github::Repository github_repository(const store::RepositoryRow& row) {
    return {row.installation_id, row.repository_id, row.owner, row.name};
}

json::Json side(const github::Side& side) {
    json::Json repository;
    if (side.repository_id != 0) repository = {{"id", side.repository_id}, {"full_name", side.repository}};
    return {{"ref", side.ref}, {"sha", side.sha}, {"repo", repository}};
}

/// What GitHub's API says, in the form in which its webhooks say it. Only the present state is taken from it later.
store::Delivery delivery_of(const store::RepositoryRow& row, const github::PullRequest& pull) {
    const char* state = !pull.open ? "closed" : pull.draft ? "draft" : "open";
    const json::Json payload{{"action", pull.open ? "synchronize" : "closed"},
                             {"number", pull.number},
                             {"repository",
                              {{"id", row.repository_id},
                               {"name", row.name},
                               {"owner", {{"login", row.owner}}},
                               {"default_branch", row.default_branch},
                               {"private", row.is_private}}},
                             {"installation", {{"id", row.installation_id}}},
                             {"pull_request",
                              {{"number", pull.number},
                               {"state", pull.open ? "open" : "closed"},
                               {"draft", pull.draft},
                               {"merged", pull.merged},
                               {"merge_commit_sha", pull.merge_sha},
                               {"user", {{"login", pull.author}}},
                               {"head", side(pull.head)},
                               {"base", side(pull.base)}}}};
    return {fmt::format("reconcile-{}-{}-{}-{}", row.repository_id, pull.number, pull.head.sha.substr(0, 12), state),
            "pull_request", "{}", json::dump(payload), store::Origin::reconciled};
}

}  // namespace

ReconcileWorker::ReconcileWorker(store::Pool& pool, const github::Tokens& tokens, github::AppRest& app,
                                 github::Rest& rest, std::function<store::Time()> now, ReconcileOptions options)
    : pool_(pool),
      tokens_(tokens),
      app_(app),
      rest_(rest),
      now_(std::move(now)),
      options_(options),
      holder_(platform::random_uuid()) {}

ReconcileWorker::~ReconcileWorker() {
    try {
        pool_.transaction([&](store::Tx& tx) { store::stop_leading(tx, reconcile_task, holder_); });
    } catch (const std::exception&) {
        // The term ends by itself.
    }
}

bool ReconcileWorker::leads(store::Time now) {
    return pool_.transaction(
        [&](store::Tx& tx) { return store::try_lead(tx, reconcile_task, holder_, now, reconcile_lead_term); });
}

bool ReconcileWorker::work(std::stop_token stop) {
    const auto app_id = tokens_.app_id();
    const auto now = now_();
    if (app_id == 0 || now < not_before_ || !leads(now)) return false;
    const auto row = pool_.transaction([&](store::Tx& tx) { return store::find_recovery(tx, app_id); });
    if (!row || (row->walk_from && now - *row->walk_from < patience_with_the_log)) return false;
    const auto before = std::max(row->reconcile_since, now - options_.every);
    if (!row->reach_at || *row->reach_at < before) return compare_reach(app_id, stop);
    const store::PassedOver passed_over{those_until(resting_, now), those_until(aside_, now)};
    const auto due =
        pool_.transaction([&](store::Tx& tx) { return store::next_to_reconcile(tx, before, passed_over); });
    return due && compare_pulls(*due, stop) && platform::sleep_for(stop, options_.pause);
}

bool ReconcileWorker::compare_reach(std::int64_t app_id, std::stop_token stop) {
    const auto began = now_();
    const auto installations = app_.list_installations(stop);
    if (!installations) {
        not_before_ = std::max(installations.error().retry_at.value_or(began), began + reconcile_pause);
        spdlog::warn("reconcile: installations: {}", github::explain(installations.error()));
        return false;
    }
    std::set<std::int64_t> here;
    for (const auto& one : installations->items) {
        here.insert(one.id);
        compare_installation(one, stop);
        if (!leads(now_()) || !platform::sleep_for(stop, options_.pause)) return false;
    }
    pool_.transaction([&](store::Tx& tx) {
        if (installations->is_whole())
            for (const auto& row : store::list_repositories(tx))
                if (row.active && !here.contains(row.installation_id))
                    take_out(tx, {row.repository_id, row.installation_id}, now_());
        store::set_reach_compared(tx, app_id, began);
    });
    return true;
}

void ReconcileWorker::compare_installation(const github::Installation& installation, std::stop_token stop) {
    if (installation.suspended) {
        pool_.transaction([&](store::Tx& tx) { store::set_installation_suspended(tx, installation.id, true, now_()); });
        return;
    }
    const auto repositories = rest_.list_installation_repositories(installation.id, stop);
    if (!repositories)
        return spdlog::warn("reconcile: repositories of installation {}: {}", installation.id,
                            github::explain(repositories.error()));
    pool_.transaction([&](store::Tx& tx) {
        store::set_installation_suspended(tx, installation.id, false, now_());
        take_listed(tx, installation.id, *repositories, now_());
    });
}

github::ApiResult<bool> ReconcileWorker::has_nothing_to_plan(const github::Repository& repository,
                                                             const std::string& branch, std::stop_token stop) {
    if (pool_.transaction([&](store::Tx& tx) { return store::has_runs(tx, repository.id); })) return false;
    const auto config = rest_.get_file(repository, ".benchgate.yml", branch.empty() ? "HEAD" : branch, stop);
    // One that is too large to be read is told of on every pull request.
    if (!config && config.error().kind == github::ErrorKind::unprocessable) return false;
    if (!config) return tl::make_unexpected(config.error());
    return !config->has_value();
}

bool ReconcileWorker::compare_pulls(const store::ToReconcile& due, std::stop_token stop) {
    const auto began = now_();
    const auto& row = due.repository;
    const auto repository = github_repository(row);
    const auto done = [&] {
        pool_.transaction([&](store::Tx& tx) { store::set_reconciled(tx, row.repository_id, began); });
        return true;
    };
    const auto nothing = has_nothing_to_plan(repository, row.default_branch, stop);
    if (!nothing) return put_off(repository, nothing.error());
    if (*nothing) return done();
    const auto listed = rest_.list_open_pulls(repository, stop);
    if (!listed) return put_off(repository, listed.error());

    planning::OpenNow open_now{{}, listed->complete, due.since - slack};
    std::map<std::int64_t, const github::PullRequest*> by_number;
    std::vector<std::int64_t> numbers;
    for (const auto& pull : listed->items) {
        open_now.pulls.push_back({planning_pull(pull), platform::parse_utc(pull.updated_at).value_or(store::Time{})});
        by_number[pull.number] = &pull;
        numbers.push_back(pull.number);
    }
    std::vector<planning::KnownPull> known;
    for (const auto& [pull, has_open_runs] :
         pool_.transaction([&](store::Tx& tx) { return store::known_pulls(tx, row.repository_id, numbers); }))
        known.push_back({pull.number, pull.head_sha, pull.base_ref, pull.open, pull.draft, has_open_runs});

    std::size_t told = 0;
    for (const auto& one : planning::unheard(open_now, known)) {
        if (told++ == options_.most_at_once) {
            spdlog::warn(
                "reconcile: {}/{}: more than {} pull requests moved unheard; the others wait for the next time",
                row.owner, row.name, options_.most_at_once);
            break;
        }
        spdlog::info("reconcile: {}/{}#{}: {}", row.owner, row.name, one.number, one.reason);
        if (one.listed) {
            enqueue(row, *by_number.at(one.number));
            continue;
        }
        const auto pull = rest_.get_pull_request(repository, one.number, stop);
        if (pull)
            enqueue(row, *pull);
        else if (pull.error().kind != github::ErrorKind::not_found)
            return put_off(repository, pull.error());
    }
    return done();
}

std::size_t ReconcileWorker::enqueue(const store::RepositoryRow& repository, const github::PullRequest& pull) {
    const auto delivery = delivery_of(repository, pull);
    return pool_.transaction([&](store::Tx& tx) -> std::size_t {
        if (store::insert_deliveries(tx, std::span(&delivery, 1), now_()) > 0) return 1;
        // The same state came back after another one: the row is there, and done with.
        const auto known = store::find_delivery(tx, delivery.delivery_id);
        return known && known->state == store::InboxState::done &&
               store::replay_delivery(tx, delivery.delivery_id, now_());
    });
}

bool ReconcileWorker::put_off(const github::Repository& repository, const github::ApiError& error) {
    using Kind = github::ErrorKind;
    const auto now = now_();
    if (error.kind == Kind::stopped) return false;
    spdlog::warn("reconcile: {}/{}: {}", repository.owner, repository.name, github::explain(error));
    if (error.kind == Kind::rate_limited) {
        resting_[repository.installation_id] = error.retry_at.value_or(now + reconcile_pause);
        return true;
    }
    if (error.kind == Kind::auth) {
        resting_[repository.installation_id] = now + std::chrono::hours(1);
        return true;
    }
    if (error.kind == Kind::network || error.kind == Kind::server) {
        // It may be this repository alone that GitHub cannot tell of: the others come first then.
        aside_[repository.id] = now + aside_for;
        not_before_ = std::max(error.retry_at.value_or(now), now + reconcile_pause);
        return false;
    }
    // Out of reach, or not to be read: tomorrow again.
    pool_.transaction([&](store::Tx& tx) { store::set_reconciled(tx, repository.id, now); });
    return true;
}

}  // namespace benchgate::workers
