#include "service/workers/outbox.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <map>

#include "core/json/json.h"
#include "service/store/pull_requests.h"
#include "service/store/repositories.h"
#include "service/workers/announce.h"
#include "service/workers/renewal.h"

namespace benchgate::workers {
namespace {

/// A sender that is silent for so long is taken for dead.
constexpr std::chrono::seconds hold{60};

using github::ApiError;
using github::ApiResult;

std::optional<std::int64_t> id_in(const std::optional<std::string>& text) {
    std::int64_t id = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), id).ec != std::errc{}) return std::nullopt;
    return id;
}

/// "pull/7" -> 7
std::int64_t number_of(const std::string& target) {
    return id_in(target.substr(target.find('/') + 1)).value_or(0);
}

template <class E>
std::optional<E> word(const std::string& text, std::initializer_list<E> known) {
    for (const auto value : known)
        if (github::to_string(value) == text) return value;
    return std::nullopt;
}

ApiError broken_item(const std::string& what) {
    return {0, github::ErrorKind::unprocessable, "outbox item: " + what, std::nullopt};
}

}  // namespace

OutboxWorker::OutboxWorker(store::Pool& pool, github::Rest& rest, github::Timing timing)
    : pool_(pool), rest_(rest), timing_(std::move(timing)) {}

bool OutboxWorker::work(std::stop_token stop) {
    const auto item = pool_.transaction([&](store::Tx& tx) { return store::claim_due_item(tx, timing_.now(), hold); });
    if (!item) return false;
    // A comment is looked for page by page, which may take longer than a silent sender is believed.
    const Renewal renewal({"outbox", hold / 3}, [&] {
        pool_.transaction([&](store::Tx& tx) { store::hold_item(tx, *item, timing_.now() + hold); });
    });
    const auto row = pool_.transaction([&](store::Tx& tx) { return store::find_repository(tx, item->repository_id); });
    ApiResult<Sent> outcome = tl::unexpected(broken_item("its repository is unknown"));
    if (row) outcome = send({row->installation_id, row->repository_id, row->owner, row->name}, *item, stop);
    const auto what = fmt::format("{} {} {}", row ? row->owner + "/" + row->name : "", item->target, item->kind);
    settle(*item, what, outcome);
    return true;
}

ApiResult<OutboxWorker::Sent> OutboxWorker::send(const github::Repository& repository, const store::OutboxItem& item,
                                                 std::stop_token stop) {
    try {
        return send_kind(repository, item, stop);
    } catch (const std::logic_error& error) {
        // The same again would fail again, for ever, and before all others of its target.
        return tl::unexpected(broken_item(error.what()));
    }
}

ApiResult<OutboxWorker::Sent> OutboxWorker::send_kind(const github::Repository& repository,
                                                      const store::OutboxItem& item, std::stop_token stop) {
    if (item.kind.starts_with("check:")) return send_check(repository, item, stop);
    if (item.kind == "comment") return send_comment(repository, item, stop);
    const auto body = json::parse(item.body_json).value_or(json::Json::object());
    if (item.kind.starts_with("reaction:")) {
        using R = github::Reaction;
        const auto reaction =
            word<R>(json::text(body, "reaction").value_or(""), {R::eyes, R::rocket, R::confused, R::plus_one});
        if (!reaction) return tl::unexpected(broken_item("unknown reaction"));
        auto done = rest_.react_to_comment(repository, json::integer(body, "comment_id").value_or(0), *reaction, stop);
        if (!done) return tl::unexpected(done.error());
        return Sent{};
    }
    if (item.kind.starts_with("reply:")) {
        // The marker makes a repeated sending find what the first one made.
        const auto marker = fmt::format("<!-- benchgate:{} -->", item.kind);
        auto made = rest_.put_comment(repository,
                                      {number_of(item.target), id_in(item.remote_id).value_or(0), marker,
                                       json::text(body, "markdown").value_or("") + "\n" + marker},
                                      stop);
        if (!made) return tl::unexpected(made.error());
        return Sent{std::to_string(made->id)};
    }
    return tl::unexpected(broken_item("unknown kind " + item.kind));
}

ApiResult<OutboxWorker::Sent> OutboxWorker::send_check(const github::Repository& repository,
                                                       const store::OutboxItem& item, std::stop_token stop) {
    using S = github::CheckStatus;
    using C = github::CheckConclusion;
    const auto wanted = check_item_from(item.body_json);
    github::CheckRun check;
    check.name = wanted.name;
    check.head_sha = wanted.head_sha;
    check.status = word<S>(wanted.status, {S::queued, S::in_progress, S::completed}).value_or(S::completed);
    if (check.status == S::completed)
        check.conclusion = word<C>(wanted.conclusion,
                                   {C::success, C::failure, C::neutral, C::action_required, C::cancelled, C::skipped})
                               .value_or(C::neutral);
    check.details_url = wanted.details_url;
    check.external_id = wanted.external_id;
    check.title = wanted.title;
    check.summary = wanted.summary;
    check.text = wanted.text;
    if (check.status == S::completed) check.completed_at = timing_.now();
    auto known = id_in(item.remote_id);
    if (!known && item.attempts > 0) {
        // An earlier sending may have made it and lost the answer, perhaps for an earlier run of the commit.
        auto found = rest_.find_check_run(repository, wanted.head_sha, wanted.name, "", stop);
        if (!found) return tl::unexpected(found.error());
        if (*found) known = (*found)->id;
    }
    const auto put = [&] {
        auto sent = known ? rest_.update_check_run(repository, *known, check, stop)
                          : rest_.create_check_run(repository, check, stop);
        if (!sent && known && sent.error().kind == github::ErrorKind::not_found)
            sent = rest_.create_check_run(repository, check, stop);
        return sent;
    };
    auto sent = put();
    if (!sent && sent.error().kind == github::ErrorKind::unprocessable && sent.error().status != 0 &&
        check.status == S::completed) {
        // A check that stays open blocks a merge for ever: the conclusion goes without what GitHub does not take.
        spdlog::error("{}/{} {} {}: {}; sent without its report", repository.owner, repository.name, item.target,
                      item.kind, github::explain(sent.error()));
        check.summary = fmt::format("GitHub did not take the full report of this check ({}).", sent.error().status);
        if (!check.details_url.empty()) check.summary += " It is on [the page of the run](" + check.details_url + ").";
        check.text.clear();
        sent = put();
    }
    if (!sent) return tl::unexpected(sent.error());
    return Sent{std::to_string(sent->id)};
}

ApiResult<OutboxWorker::Sent> OutboxWorker::send_comment(const github::Repository& repository,
                                                         const store::OutboxItem& item, std::stop_token stop) {
    const auto body = json::parse(item.body_json).value_or(json::Json::object());
    auto sent = rest_.put_comment(repository,
                                  {number_of(item.target), id_in(item.remote_id).value_or(0),
                                   json::text(body, "marker").value_or(""), json::text(body, "markdown").value_or("")},
                                  stop);
    if (!sent) return tl::unexpected(sent.error());
    return Sent{std::to_string(sent->id)};
}

void OutboxWorker::settle(const store::OutboxItem& item, const std::string& what, const ApiResult<Sent>& outcome) {
    const auto now = timing_.now();
    const auto reduced = outcome ? ApiResult<void>{} : ApiResult<void>(tl::unexpected(outcome.error()));
    const auto step = github::next({item.attempts + 1, item.created_at, timing_.jitter()}, reduced, now);
    pool_.transaction([&](store::Tx& tx) {
        if (std::holds_alternative<github::Done>(step)) {
            store::mark_sent(tx, item, outcome->remote_id, now);
            if (item.kind == "comment")
                store::set_comment_id(tx, item.repository_id, number_of(item.target), id_in(outcome->remote_id));
        } else if (const auto* later = std::get_if<github::RetryAt>(&step)) {
            spdlog::warn("outbox {}: {}", what, later->reason);
            store::retry_item(tx, item, later->reason, later->at);
        } else {
            const auto& dead = std::get<github::Dead>(step);
            spdlog::error("outbox {} is given up: {}", what, dead.reason);
            store::mark_dead(tx, item, dead.reason, now);
        }
    });
}

}  // namespace benchgate::workers
