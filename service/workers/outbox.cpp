#include "service/workers/outbox.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "core/json/json.h"
#include "service/store/repositories.h"
#include "service/workers/outbox_items.h"

namespace benchgate::workers {
namespace {

constexpr std::chrono::milliseconds database_pause{500};

using github::ApiError;
using github::ApiResult;

ApiError broken_item(const std::string& what) {
    return {0, github::ErrorKind::unprocessable, "outbox item: " + what, std::nullopt};
}

void leave_report_out(github::CheckRun& check, int status) {
    check.summary = fmt::format("GitHub did not take the full report of this check ({}).", status);
    if (!check.details_url.empty()) check.summary += " It is on [the page of the run](" + check.details_url + ").";
    check.text.clear();
    check.annotations.clear();
    check.actions.clear();
}

}  // namespace

OutboxWorker::OutboxWorker(store::Pool& pool, github::Rest& rest, github::Timing timing, OutboxOptions options)
    : pool_(pool), rest_(rest), timing_(std::move(timing)), options_(options) {}

store::Claim OutboxWorker::claim(int most) {
    return pool_.transaction([&](store::Tx& tx) {
        return store::claim_due_items(tx, timing_.now(), {options_.hold, most});
    });
}

bool OutboxWorker::work(std::stop_token stop) {
    const auto claimed = claim(1);
    for (const auto& item : claimed.items) deliver(item, stop);
    return !claimed.items.empty();
}

/// Repeats the transaction while the database is away, since nobody else knows what became of the item.
template <class Body>
auto OutboxWorker::with_database(store::Time until, std::stop_token stop, const Body& body) {
    for (;;) {
        try {
            return pool_.transaction(body);
        } catch (const store::DatabaseLost&) {
            if (timing_.now() + database_pause >= until || !timing_.wait(database_pause, stop)) throw;
        }
    }
}

store::Time OutboxWorker::deliver(const store::OutboxItem& item, std::stop_token stop) {
    github::Effort effort{.until = item.lane.held_until - options_.hold / 4};
    const auto known = with_database(*effort.until, stop, [&](store::Tx& tx) { return look_up(tx, item); });
    Outcome outcome = tl::unexpected(broken_item("its repository is unknown"));
    if (known.found) {
        try {
            outcome = send(rest_.within(effort), known, item, stop);
        } catch (const std::exception& error) {
            // What cannot be said at all would be tried again for ever.
            outcome = tl::unexpected(broken_item(error.what()));
        }
    }
    const auto what = fmt::format("{}/{} {} {}", known.repository.owner, known.repository.name, item.target, item.kind);
    const auto write_down = [&] {
        return with_database(item.lane.held_until, stop,
                             [&](store::Tx& tx) { return settle(tx, item, what, outcome, effort); });
    };
    try {
        return write_down();
    } catch (const store::DatabaseLost&) {
        throw;
    } catch (const store::StoreError&) {
        // A newer item of the same key came at this moment: now it is there to be seen.
        return write_down();
    }
}

OutboxWorker::Known OutboxWorker::look_up(store::Tx& tx, const store::OutboxItem& item) {
    Known known;
    if (const auto row = store::find_repository(tx, item.repository_id)) {
        known.found = true;
        known.repository = {row->installation_id, row->repository_id, row->owner, row->name};
    }
    if (item.kind == "comment" || item.kind.starts_with("fold:"))
        known.live = store::find_sticky_comment(tx, item.repository_id, number_in(item.target));
    return known;
}

OutboxWorker::Outcome OutboxWorker::send(github::Rest rest, const Known& known, const store::OutboxItem& item,
                                         std::stop_token stop) {
    const auto& repository = known.repository;
    if (item.kind.starts_with("check:")) return send_check(rest, repository, item, stop);
    if (item.kind.starts_with("status:")) return send_status(rest, repository, item, stop);
    if (item.kind.starts_with("reaction:")) return send_reaction(rest, repository, item, stop);
    if (item.kind == "comment") return send_comment(rest, known, item, stop);
    if (item.kind.starts_with("fold:")) return send_fold(rest, known, item, stop);
    if (item.kind.starts_with("reply:")) return send_reply(rest, repository, item, stop);
    return tl::unexpected(broken_item("unknown kind " + item.kind));
}

OutboxWorker::Outcome OutboxWorker::send_reaction(github::Rest& rest, const github::Repository& repository,
                                                  const store::OutboxItem& item, std::stop_token stop) {
    using R = github::Reaction;
    const auto body = json::parse(item.body_json).value_or(json::Json::object());
    const auto wanted = json::text(body, "reaction");
    for (const auto reaction : {R::eyes, R::rocket, R::confused, R::plus_one}) {
        if (github::to_string(reaction) != wanted) continue;
        auto done = rest.react_to_comment(repository, json::integer(body, "comment_id").value_or(0), reaction, stop);
        if (!done) return tl::unexpected(done.error());
        return Sent{};
    }
    return tl::unexpected(broken_item("unknown reaction"));
}

OutboxWorker::Outcome OutboxWorker::send_check(github::Rest& rest, const github::Repository& repository,
                                               const store::OutboxItem& item, std::stop_token stop) {
    auto check = check_run_of(check_item_from(item.body_json));
    if (check.status == github::CheckStatus::completed) check.completed_at = timing_.now();
    auto known = id_of_object(item);
    std::size_t annotations_there = 0;
    const bool may_be_there = item.attempts > 0 || known;
    if (may_be_there && (!known || !check.annotations.empty())) {
        // An earlier sending may have made it, or a part of its annotations, and lost the answer; perhaps for an
        // earlier run of the commit, whose annotations are not these. And a check that is said again would have
        // each of them twice: GitHub adds them to those that are there.
        const auto found = rest.find_check_run(repository, check.head_sha, check.name, "", stop);
        if (!found) return tl::unexpected(found.error());
        if (*found) {
            known = (*found)->id;
            if ((*found)->external_id == check.external_id) annotations_there = (*found)->annotations;
        }
    }
    const auto put = [&] {
        auto sent = known ? rest.update_check_run(repository, *known, check, stop, annotations_there)
                          : rest.create_check_run(repository, check, stop);
        if (!sent && known && sent.error().kind == github::ErrorKind::not_found)
            sent = rest.create_check_run(repository, check, stop);
        return sent;
    };
    auto sent = put();
    if (!sent && sent.error().kind == github::ErrorKind::unprocessable && sent.error().status != 0 &&
        check.status == github::CheckStatus::completed) {
        // A check that stays open blocks a merge for ever: the conclusion goes without what GitHub does not take.
        spdlog::error("{}/{} {} {}: {}; sent without its report", repository.owner, repository.name, item.target,
                      item.kind, github::explain(sent.error()));
        leave_report_out(check, sent.error().status);
        sent = put();
    }
    if (!sent) return tl::unexpected(sent.error());
    return Sent{std::to_string(sent->id)};
}

OutboxWorker::Outcome OutboxWorker::send_status(github::Rest& rest, const github::Repository& repository,
                                                const store::OutboxItem& item, std::stop_token stop) {
    const auto wanted = status_item_from(item.body_json);
    const auto status = commit_status_of(wanted);
    if (!status) return tl::unexpected(broken_item("not a commit status"));
    auto sent = rest.create_status(repository, wanted.head_sha, *status, stop);
    if (!sent) return tl::unexpected(sent.error());
    // A status has no id that anybody needs; but this commit has one now, and so gets no check of the name.
    return Sent{wanted.state};
}

store::Time OutboxWorker::settle(store::Tx& tx, const store::OutboxItem& item, const std::string& what,
                                 const Outcome& outcome, const github::Effort& effort) {
    const auto now = timing_.now();
    const auto reduced = outcome ? ApiResult<void>{} : ApiResult<void>(tl::unexpected(outcome.error()));
    const auto step = github::next({item.attempts + 1, item.created_at, timing_.jitter()}, reduced, now);
    store::LaneUse use{effort.writes, effort.created};
    bool ours = true;
    if (std::holds_alternative<github::Done>(step)) {
        ours = store::mark_sent(tx, item, outcome->remote_id, now);
        if (item.kind == "comment" && ours) remember_comment(tx, item, *outcome);
    } else if (const auto* later = std::get_if<github::RetryAt>(&step)) {
        spdlog::warn("outbox {}: {}", what, later->reason);
        ours = store::retry_item(tx, item, later->reason, later->at);
        if (later->whole_installation) {
            use.rest_until = later->at;
            use.rest_reason = later->reason;
        }
    } else {
        const auto& dead = std::get<github::Dead>(step);
        spdlog::error("outbox {} is given up: {}", what, dead.reason);
        ours = store::mark_dead(tx, item, dead.reason, now);
    }
    if (!ours) spdlog::warn("outbox {}: it took longer than its hold", what);
    return store::release_lane(tx, item.lane, use, options_.limits, now);
}

}  // namespace benchgate::workers
