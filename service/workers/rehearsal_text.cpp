#include "service/workers/rehearsal_text.h"

#include <fmt/format.h>

namespace benchgate::workers {
namespace {

using json::OrderedJson;

std::string short_sha(const std::string& sha) {
    return sha.substr(0, 9);
}

std::string_view word(planning::PullRequestAction action) {
    using Action = planning::PullRequestAction;
    switch (action) {
        case Action::opened:
            return "opened";
        case Action::synchronize:
            return "synchronize";
        case Action::reopened:
            return "reopened";
        case Action::ready_for_review:
            return "ready_for_review";
        case Action::converted_to_draft:
            return "converted_to_draft";
        case Action::base_changed:
            return "its base changed";
        case Action::closed:
            return "closed";
    }
    return "";
}

std::string by(const planning::EventSource& source) {
    return source.sender.empty() ? "" : ", by " + source.sender;
}

struct Describe {
    std::string operator()(const planning::PushEvent& event) const {
        return fmt::format("push to {} of {}: {} -> {}{}", event.branch, event.source.repository.full_name(),
                           event.before ? short_sha(*event.before) : "nothing", short_sha(event.after),
                           by(event.source));
    }
    std::string operator()(const planning::BranchDeletedEvent& event) const {
        return fmt::format("branch {} of {} was deleted{}", event.branch, event.source.repository.full_name(),
                           by(event.source));
    }
    std::string operator()(const planning::PullRequestEvent& event) const {
        const auto& pull = event.pull;
        return fmt::format("pull request {}#{}: {}, head {} on {}{}{}{}", event.source.repository.full_name(),
                           pull.number, word(event.action), short_sha(pull.head_sha), pull.base_ref,
                           pull.fork ? ", from a fork" : "", pull.draft ? ", a draft" : "", by(event.source));
    }
    std::string operator()(const planning::CommentEvent& event) const {
        return fmt::format("comment of {} on {}#{}{}", event.author, event.source.repository.full_name(), event.number,
                           event.previous_body ? ", edited" : "");
    }
    std::string operator()(const planning::CheckRunEvent& event) const {
        return fmt::format(
            "check {} of {} in {}: {}{}", event.name, short_sha(event.head_sha), event.source.repository.full_name(),
            event.identifier.empty() ? "asked for again" : "button " + event.identifier, by(event.source));
    }
    std::string operator()(const planning::CheckSuiteEvent& event) const {
        return fmt::format("all checks of {} in {}: asked for again{}", short_sha(event.head_sha),
                           event.source.repository.full_name(), by(event.source));
    }
    std::string operator()(const planning::MergeGroupEvent& event) const {
        return fmt::format(
            "merge group {} on {} of {}: {}", short_sha(event.head_sha), event.base_ref,
            event.source.repository.full_name(),
            event.action == planning::MergeGroupAction::checks_requested ? "checks requested" : "destroyed");
    }
    std::string operator()(const planning::InstallationEvent& event) const {
        return fmt::format("installation {} of {}", event.installation_id, event.account);
    }
    std::string operator()(const planning::RepositoryEvent& event) const {
        return fmt::format("repository {}{}", event.source.repository.full_name(), by(event.source));
    }
    std::string operator()(const planning::CalibrationEvent& event) const {
        return "calibration of " + event.source.repository.full_name();
    }
    std::string operator()(const planning::ScheduleEvent& event) const {
        return event.suites.empty() ? "a reading of the schedules of " + event.source.repository.full_name()
                                    : fmt::format("the schedule of {}, due: {}", event.source.repository.full_name(),
                                                  fmt::join(event.suites, ", "));
    }
    std::string operator()(const planning::PingEvent&) const { return "a ping"; }
    std::string operator()(const planning::Ignored& event) const { return event.reason; }
};

std::string joined(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, ", "));
}

/// Foreign text must not steer a terminal; indented, so that it stands apart from what is said here.
std::string quoted(const std::string& text) {
    std::string out = "      ";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n')
            out += "\n      ";
        else if (byte >= 0x20 && byte != 0x7f)
            out += c;
    }
    while (out.ends_with(' ') || out.ends_with('\n')) out.pop_back();
    return out + "\n";
}

std::string job_line(const planning::PlannedJob& job) {
    std::string claims;
    for (const auto& one : job.claims_since)
        claims += fmt::format("      {}: claims since {}{}\n", job.suite, one.ref,
                              one.sha.empty() ? "; " + one.problem : " " + short_sha(one.sha));
    return fmt::format("      {}: on {}, at most {} trials a side{}{}\n", job.suite,
                       job.host_class.empty() ? "any runner" : joined(job.host_class), job.max_trials,
                       job.filter.empty() ? "" : ", only " + job.filter,
                       job.time_limit ? fmt::format(", at most {} s", job.time_limit->count() / 1000) : "") +
           claims;
}

std::string run_text(const planning::PlannedRun& run) {
    auto text = fmt::format("  run: {}, attempt {}, priority {}, {}..{}{}\n", model::to_string(run.kind), run.attempt,
                            run.priority, short_sha(run.base_sha), short_sha(run.head_sha),
                            run.pull_number ? fmt::format(" of #{}", *run.pull_number) : "");
    for (const auto& job : run.jobs) text += job_line(job);
    return text;
}

std::string step_text(const Rehearsed::Step& step) {
    const auto& plan = step.plan;
    auto text = fmt::format("decision: {}\n", plan.reason);
    text += fmt::format("  known before: {} runs\n", step.input.existing.size());
    for (const auto& run : plan.runs) text += run_text(run);
    for (const auto& id : plan.superseded) text += fmt::format("  superseded: run {}\n", id);
    for (const auto& job : plan.superseded_jobs)
        text += fmt::format("  superseded: suite {} of run {}\n", job.suite, job.run_id);
    for (const auto& id : plan.cancelled) text += fmt::format("  cancelled: run {}\n", id);
    if (plan.approval) text += fmt::format("  approved: {}\n", plan.approval->head_sha);
    for (const auto& benchmark : plan.unwaived) text += "  waiver revoked: " + benchmark + "\n";
    for (const auto& one : plan.waivers)
        text += fmt::format("  waived: {} up to {:.3g} % until {}\n", one.waiver.benchmark, one.waiver.max * 100,
                            one.waiver.until);
    if (plan.restated_head) text += fmt::format("  told again: the check of {}\n", short_sha(*plan.restated_head));
    return text;
}

OrderedJson run_json(const planning::PlannedRun& run) {
    OrderedJson document{{"kind", model::to_string(run.kind)}, {"pull_number", nullptr}, {"base_sha", run.base_sha},
                         {"head_sha", run.head_sha},           {"attempt", run.attempt}, {"priority", run.priority},
                         {"jobs", OrderedJson::array()}};
    if (run.pull_number) document["pull_number"] = *run.pull_number;
    for (const auto& job : run.jobs) {
        OrderedJson one{{"suite", job.suite},           {"host_class", job.host_class},
                        {"max_trials", job.max_trials}, {"false_alarms", job.false_alarms},
                        {"filter", job.filter},         {"seed", job.seed}};
        if (job.time_limit) one["time_limit_s"] = job.time_limit->count() / 1000;
        for (const auto& claims : job.claims_since)
            one["claims_since"].push_back({{"ref", claims.ref}, {"sha", claims.sha}, {"problem", claims.problem}});
        document["jobs"].push_back(std::move(one));
    }
    return document;
}

}  // namespace

std::string describe(const planning::Event& event) {
    return std::visit(Describe{}, event);
}

std::string to_text(const RehearsalReport& report) {
    auto text = fmt::format("event: {}{}\n  {}\n", report.event_name, report.guessed ? " (guessed)" : "", report.event);
    for (const auto& one : report.suppositions) text += "supposed: " + one + "\n";
    const auto& result = report.rehearsed;
    for (const auto& step : result.steps) text += step_text(step);
    for (const auto& reason : result.reasons) text += "decision: nothing, since " + reason + "\n";
    for (const auto& row : result.rows) text += "  kept: " + row + "\n";
    text += result.checks.empty() && result.replies.empty() ? "would be posted: nothing\n" : "would be posted:\n";
    for (const auto& check : result.checks)
        text += fmt::format("  check {} of {}: {}{}\n{}{}", check.name, short_sha(check.head_sha), check.status,
                            check.conclusion.empty() ? "" : ", " + check.conclusion, quoted(check.title),
                            quoted(check.summary));
    for (const auto& reply : result.replies) {
        if (!reply.reaction.empty())
            text += fmt::format("  reaction to comment {}: {}\n", reply.comment_id, reply.reaction);
        if (!reply.message.empty()) text += fmt::format("  comment on #{}:\n{}", reply.number, quoted(reply.message));
    }
    return text + "Nothing was posted.\n";
}

OrderedJson to_json(const RehearsalReport& report) {
    OrderedJson document{{"schema_version", 1},
                         {"event", {{"name", report.event_name}, {"guessed", report.guessed}, {"text", report.event}}},
                         {"supposed", report.suppositions}};
    const auto& result = report.rehearsed;
    std::vector<std::string> reasons;
    for (const auto& step : result.steps) reasons.push_back(step.plan.reason);
    for (const auto& reason : result.reasons) reasons.push_back(reason);
    document["reasons"] = reasons;
    for (const auto* key : {"runs", "superseded", "superseded_jobs", "cancelled", "checks", "replies"})
        document[key] = OrderedJson::array();
    for (const auto& [plan, input] : result.steps) {
        for (const auto& run : plan.runs) document["runs"].push_back(run_json(run));
        for (const auto& id : plan.superseded) document["superseded"].push_back(id);
        for (const auto& id : plan.cancelled) document["cancelled"].push_back(id);
        for (const auto& job : plan.superseded_jobs)
            document["superseded_jobs"].push_back({{"run_id", job.run_id}, {"suite", job.suite}});
    }
    document["kept"] = result.rows;
    for (const auto& check : result.checks)
        document["checks"].push_back({{"name", check.name},
                                      {"head_sha", check.head_sha},
                                      {"status", check.status},
                                      {"conclusion", check.conclusion},
                                      {"title", check.title},
                                      {"summary", check.summary},
                                      {"text", check.text}});
    for (const auto& reply : result.replies)
        document["replies"].push_back({{"number", reply.number},
                                       {"comment_id", reply.comment_id},
                                       {"reaction", reply.reaction},
                                       {"markdown", reply.message}});
    return document;
}

}  // namespace benchgate::workers
