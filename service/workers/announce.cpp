#include "service/workers/announce.h"

#include <fmt/format.h>

#include "core/json/json.h"
#include "core/planning/plan.h"
#include "core/reporting/calibration.h"
#include "core/reporting/check.h"
#include "core/reporting/comment.h"

namespace benchgate::workers {

void announce_check(store::Tx& tx, std::int64_t repository_id, const CheckItem& item, store::Time now) {
    store::put_outbox(tx, {repository_id, store::check_target(item.head_sha), "check:" + item.name, to_body(item), now},
                      now);
}

namespace {

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

}  // namespace

void announce_run(store::Tx& tx, const store::RunRow& run, const reports::Addresses& addresses, store::Time now) {
    if (run.kind == model::RunKind::calibration) return announce_calibration(tx, run, addresses, now);
    if (!model::speaks_on_check(run.kind)) return;
    const auto report = reports::run_report(tx, run, addresses);
    const auto check = reporting::render_check(report, {});
    CheckItem item{check.name,    run.head_sha, check.status,    check.conclusion, check.title,
                   check.summary, check.text,   report.page_url, run.run_id};
    for (const auto& action : check.actions)
        item.actions.push_back({action.label, action.description, action.identifier});
    announce_check(tx, run.repository_id, item, now);
    // The merge queue has its check; the pull request's comment speaks of the pull request's own head.
    if (!run.number || run.kind == model::RunKind::merge_group || report.state != reporting::ReportState::completed ||
        run.state != model::RunState::finished)
        return;
    const json::Json body{{"marker", reporting::sticky_marker}, {"markdown", reporting::render_comment(report)}};
    store::put_outbox(tx, {run.repository_id, store::pull_target(*run.number), "comment", json::dump(body), now}, now);
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
