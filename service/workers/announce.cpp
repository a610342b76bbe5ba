#include "service/workers/announce.h"

#include <fmt/format.h>

#include "core/config/config.h"
#include "core/json/json.h"
#include "core/planning/auto_profile.h"
#include "core/planning/plan.h"
#include "core/reporting/calibration.h"
#include "core/reporting/check.h"
#include "core/reporting/comment.h"
#include "core/reporting/profile_report.h"
#include "service/reports/outlook_report.h"
#include "service/reports/profile_report.h"
#include "service/store/pull_requests.h"

namespace benchgate::workers {
namespace {

model::ReportAs report_of(const std::string& config_text) {
    const auto config = config::parse(config_text);
    return config ? config->report : model::ReportAs::check;
}

/// A calibration asked for by nobody on GitHub answers nobody there.
void announce_calibration(store::Tx& tx, const store::RunRow& run, const reports::Addresses& addresses,
                          store::Time now) {
    const auto comment_id = planning::comment_of(run.trigger_id);
    if (!run.number || !comment_id || run.state != model::RunState::finished) return;
    const auto report = reports::run_report(tx, run, addresses);
    if (report.state != reporting::ReportState::completed) return;
    announce_reply(
        tx, {run.repository_id, *run.number, *comment_id, "", reporting::render_calibration(report), ":result"}, now);
}

/// Everything is measured, and something of it is measured again elsewhere.
bool waits_for_second_host_only(const reporting::Report& report) {
    bool waits = false;
    for (const auto& suite : report.suites) {
        const bool is_waiting = suite.second_host && suite.second_host->state == model::SecondHostState::pending;
        if (!is_waiting && suite.state != reporting::ReportState::completed) return false;
        waits = waits || is_waiting;
    }
    return waits;
}

/// The sticky comment of a pull request's run, if its head is still the pull request's.
void announce_comment(store::Tx& tx, const store::RunRow& run, const reporting::Report& report, store::Time now) {
    // The merge queue has its check; the pull request's comment speaks of the pull request's own head.
    const bool is_complete =
        report.state == reporting::ReportState::completed && run.state == model::RunState::finished;
    if (!run.number || run.kind == model::RunKind::merge_group || (!is_complete && !waits_for_second_host_only(report)))
        return;
    // A former head's check is said again when it is asked for; the comment goes on speaking of the present one.
    const auto pull = store::find_pull_request(tx, run.repository_id, *run.number);
    if (pull && pull->head_sha != run.head_sha) return;
    // What is not decided yet has no gate: a verdict after it is compared with the one before.
    const auto gate = is_complete ? std::optional(report.gate) : std::nullopt;
    const CommentItem comment{std::string(reporting::sticky_marker), reporting::render_comment(report), gate,
                              reporting::comment_title(report)};
    store::put_outbox(tx, {run.repository_id, store::pull_target(*run.number), "comment", to_body(comment), now}, now);
}

/// The run of which the comment of a profile's pull request speaks: the one of this head that finished last.
std::optional<store::RunRow> commented_run(store::Tx& tx, const store::RunRow& profile) {
    constexpr int most_looked_at = 100;
    std::optional<store::RunRow> last;
    for (auto& run : store::list_runs(tx, profile.repository_id, profile.number, most_looked_at))
        if (planning::profiles_regressions(run.kind) && run.head_sha == profile.head_sha &&
            run.state == model::RunState::finished && (!last || run.finished_at > last->finished_at))
            last = std::move(run);
    return last;
}

/// One that nobody typed joins the comment without a word of its own: a profile that could not be taken is seen on its
/// page. The check stays as it was said, with the remark that may stand above it.
void announce_profile(store::Tx& tx, const store::RunRow& run, const reports::Addresses& addresses, store::Time now) {
    if (!planning::profiled_run(run.trigger_id).empty()) {
        if (run.state != model::RunState::finished) return;
        if (const auto judged = commented_run(tx, run))
            announce_comment(tx, *judged, reports::run_report(tx, *judged, addresses), now);
        return;
    }
    const auto comment_id = planning::comment_of(run.trigger_id);
    if (!run.number || !comment_id || run.state != model::RunState::finished) return;
    const auto report = reports::profile_report(tx, run, addresses);
    announce_reply(
        tx, {run.repository_id, *run.number, *comment_id, "", reporting::render_profile_answer(report), ":result"},
        now);
}

/// As it was last asked for in this repository.
model::ReportAs last_report(store::Tx& tx, std::int64_t repository_id) {
    const auto newest = store::list_runs(tx, repository_id, std::nullopt, 1);
    return newest.empty() ? model::ReportAs::check : report_of(newest.front().config);
}

bool is_status(store::Tx& tx, std::int64_t repository_id, const CheckItem& item,
               std::optional<model::ReportAs> wanted) {
    const auto target = store::check_target(item.head_sha);
    if (store::is_said(tx, repository_id, target, "status:" + item.name)) return true;
    if (store::is_said(tx, repository_id, target, "check:" + item.name)) return false;
    return wanted.value_or(model::ReportAs::check) == model::ReportAs::status;
}

/// A part that passes must not pass for the whole: of several runs of a head the last to end says what all have found.
bool is_a_part(store::Tx& tx, const store::RunRow& run) {
    const bool measures_head = run.kind == model::RunKind::pull_request || run.kind == model::RunKind::command;
    return run.state == model::RunState::finished && measures_head && store::is_another_open(tx, run);
}

github::AnnotationLevel level_of(const std::string& word) {
    if (word == "failure") return github::AnnotationLevel::failure;
    return word == "notice" ? github::AnnotationLevel::notice : github::AnnotationLevel::warning;
}

}  // namespace

void announce_check(store::Tx& tx, std::int64_t repository_id, const CheckItem& item, store::Time now,
                    std::optional<model::ReportAs> report) {
    const auto target = store::check_target(item.head_sha);
    if (is_status(tx, repository_id, item, report ? report : last_report(tx, repository_id)))
        store::put_outbox(tx, {repository_id, target, "status:" + item.name, to_body(status_item_of(item)), now}, now);
    else
        store::put_outbox(tx, {repository_id, target, "check:" + item.name, to_body(item), now}, now);
}

CheckItem stopped_check(const std::string& run_id, const std::string& head_sha, bool superseded) {
    return {"benchgate",
            head_sha,
            "completed",
            "cancelled",
            superseded ? "Superseded" : "Cancelled",
            superseded ? "A newer run took its place." : "Nothing was judged.",
            "",
            "",
            run_id};
}

namespace {

/// `suites`: those that it speaks of; none: all.
CheckItem check_item_of(const store::RunRow& run, const reporting::Report& report, const std::string& remark,
                        const std::vector<std::string>& suites) {
    // A runner may still have a job of it, so that its report would speak of progress that nobody ends.
    const bool superseded = run.state == model::RunState::superseded;
    if (superseded || run.state == model::RunState::cancelled) {
        auto stopped = stopped_check(run.run_id, run.head_sha, superseded);
        stopped.name = reporting::check_name(suites.empty() ? "" : suites.front());
        if (!remark.empty()) stopped.summary = remark + "\n\n" + stopped.summary;
        return stopped;
    }
    const auto check = reporting::render_check(report, suites);
    CheckItem item{check.name,    run.head_sha, check.status,    check.conclusion, check.title,
                   check.summary, check.text,   report.page_url, run.run_id};
    if (!remark.empty()) item.summary = remark + "\n\n" + item.summary;
    for (const auto& action : check.actions)
        item.actions.push_back({action.label, action.description, action.identifier});
    for (const auto& one : check.annotations)
        item.annotations.push_back({one.path, one.line, one.line, level_of(one.level), one.message, one.title});
    return item;
}

}  // namespace

std::vector<CheckItem> check_items_of(const store::RunRow& run, const reporting::Report& report,
                                      const std::string& remark) {
    if (!model::has_check_of_each_suite(run.kind)) return {check_item_of(run, report, remark, {})};
    std::vector<CheckItem> items;
    items.reserve(report.suites.size());
    for (const auto& suite : report.suites) items.push_back(check_item_of(run, report, remark, {suite.name}));
    return items;
}

void announce_run(store::Tx& tx, const store::RunRow& run, const reports::Addresses& addresses, store::Time now,
                  const std::string& remark) {
    if (run.kind == model::RunKind::calibration) return announce_calibration(tx, run, addresses, now);
    if (run.kind == model::RunKind::profile) return announce_profile(tx, run, addresses, now);
    if (!model::speaks_on_check(run.kind)) return;
    auto report = reports::run_report(tx, run, addresses);
    reports::add_outlook(tx, run, report, now);
    if (!is_a_part(tx, run))
        for (const auto& item : check_items_of(run, report, remark))
            announce_check(tx, run.repository_id, item, now, report_of(run.config));
    announce_comment(tx, run, report, now);
}

void announce_reply(store::Tx& tx, const Reply& reply, store::Time now) {
    if (!reply.reaction.empty()) {
        const json::Json body{{"comment_id", reply.comment_id}, {"reaction", reply.reaction}};
        store::put_outbox(tx,
                          {reply.repository_id, store::pull_target(reply.number),
                           fmt::format("reaction:{}", reply.comment_id), json::dump(body), now},
                          now);
    }
    if (!reply.message.empty()) {
        const json::Json body{{"markdown", reply.message}};
        store::put_outbox(tx,
                          {reply.repository_id, store::pull_target(reply.number),
                           fmt::format("reply:{}{}", reply.comment_id, reply.part), json::dump(body), now},
                          now);
    }
}

}  // namespace benchgate::workers
