#include "core/reporting/page.h"

#include <fmt/format.h>

#include "assets_embedded.h"
#include "core/reporting/escape.h"
#include "core/reporting/html_view.h"
#include "core/reporting/numbers.h"

namespace benchgate::reporting {
namespace {

using kainjow::mustache::data;

/// "2026-11-21T04:38:43Z" -> "2026-11-21 04:38"; another form stays as it is.
void set_gate(data& row, const std::string& gate) {
    if (gate.empty()) return;
    data tag("word", cell(gate));
    tag.set("label", gate == "action_required" ? "needs a person" : cell(gate));
    row.set("gate", tag);
}

void set_table(data& root, const data& rows) {
    if (!rows.is_empty_list()) root.set("table", data("rows", rows));
}

/// The pull request's page tells what its check tells; other runs have a page of their own.
void set_link(data& row, const std::string& repository, const std::string& kind, const std::string& run_id,
              const std::optional<std::int64_t>& pull) {
    if (pull && (kind == "pull_request" || kind == "command"))
        row.set("href", data("address", safe_address(fmt::format("/{}/pull/{}", repository, *pull))));
    else if (pull && kind == "profile" && !run_id.empty())
        row.set("href",
                data("address", safe_address(fmt::format("/{}/pull/{}/profile/{}", repository, *pull, run_id))));
    else if (!run_id.empty())
        row.set("href", data("address", safe_address(fmt::format("/{}/runs/{}", repository, run_id))));
}

std::string_view word_for(std::string_view kind) {
    if (kind == "pull_request") return "pull request";
    if (kind == "command") return "on command";
    if (kind == "merge_group") return "merge queue";
    return kind;
}

/// Of a run that belongs to no pull request.
std::string title_of_branch(std::string_view kind) {
    if (kind == "bisection") return "Change of the branch";
    if (kind == "schedule") return "Schedule";
    return kind == "calibration" ? "Calibration" : "Push";
}

data schedule_table(const std::vector<ScheduleRow>& schedules) {
    data list(data::type::list);
    for (const auto& schedule : schedules) {
        data row("suite", cell(schedule.suite));
        row.set("line", cell(schedule.line));
        row.set("repository", cell(schedule.repository));
        row.set("address", safe_address("/" + schedule.repository));
        row.set("next", time_cell(schedule.next_at));
        if (!schedule.said_at.empty()) {
            data said("at", time_cell(schedule.said_at));
            said.set("words", cell(schedule.said));
            row.set("said", said);
        }
        list.push_back(row);
    }
    return {"rows", list};
}

/// What keeps a host from measuring stands open, with how to mend it; the rest is folded away.
void set_worries(data& row, const std::vector<model::HostFact>& facts) {
    data failing(data::type::list), worries(data::type::list);
    int count = 0;
    for (const auto& fact : facts) {
        if (fact.status == model::FactStatus::fail)
            failing.push_back(data("worry", fmt::format("{}: {}, wanted: {}; {}", cell(fact.id),
                                                        fact.observed.empty() ? "unknown" : cell(fact.observed),
                                                        cell(fact.wanted), cell(fact.fix))));
        if (fact.status != model::FactStatus::warn) continue;
        ++count;
        worries.push_back(data("worry", fmt::format("{}: {}", cell(fact.id), cell(fact.observed))));
    }
    row.set("failing", failing);
    row.set("fine", count == 0 && failing.is_empty_list() ? data::type::bool_true : data::type::bool_false);
    if (count == 0) return;
    data folded("count", counted(count, "warning"));
    folded.set("list", worries);
    row.set("folded", folded);
}

}  // namespace

std::string_view page_stylesheet() {
    return assets::embedded("benchgate.css");
}

std::string_view page_icon() {
    return assets::embedded("icon.svg");
}

std::string render_page(const Report& report) {
    return render_comparison(report, Style::linked);
}

std::string render_repositories(const std::vector<RepositoryRow>& rows) {
    data list(data::type::list);
    for (const auto& repository : rows) {
        data row("name", cell(repository.full_name));
        row.set("href", safe_address("/" + repository.full_name));
        row.set("runs", format_count(repository.runs));
        row.set("last", time_cell(repository.last_run_at));
        set_gate(row, repository.last_gate);
        list.push_back(row);
    }
    data root;
    set_table(root, list);
    return render_html_template("repositories", std::move(root), "Repositories", Style::linked);
}

std::string render_repository(std::string_view full_name, const std::vector<RunRow>& rows,
                              const std::vector<ScheduleRow>& schedules) {
    const std::string repository(full_name);
    data list(data::type::list);
    for (const auto& run : rows) {
        data row;
        const bool of_head = run.kind == "pull_request" || run.kind == "command";
        row.set("title", !run.pull_number ? title_of_branch(run.kind)
                         : of_head        ? fmt::format("Pull request {}", *run.pull_number)
                                          : fmt::format("Pull request {}, {}", *run.pull_number, word_for(run.kind)));
        set_link(row, repository, run.kind, run.id, run.pull_number);
        row.set("base", short_sha(run.base_sha));
        row.set("head", short_sha(run.head_sha));
        row.set("state", cell(run.state));
        set_gate(row, run.gate);
        row.set("summary", cell(run.summary));
        row.set("created", time_cell(run.created_at));
        list.push_back(row);
    }
    data root("name", cell(full_name));
    root.set("history", safe_address("/" + repository));
    set_table(root, list);
    if (!schedules.empty()) root.set("schedules", schedule_table(schedules));
    return render_html_template("repository", std::move(root), full_name, Style::linked);
}

std::string render_queue(const std::vector<QueueRow>& rows, const std::vector<ScheduleRow>& coming) {
    data list(data::type::list);
    for (const auto& job : rows) {
        data row("suite", cell(job.suite));
        row.set("title", job.pull_number ? fmt::format("{}, pull request {}", cell(job.repository), *job.pull_number)
                                         : cell(job.repository));
        set_link(row, job.repository, job.kind, job.run_id, job.pull_number);
        row.set("kind", cell(word_for(job.kind)));
        row.set("head", short_sha(job.head_sha));
        row.set("state", cell(job.state));
        row.set("phase", cell(job.phase));
        std::string hosts = job.host_class.empty() ? "any" : cell(job.host_class);
        if (!job.confirms.empty())
            hosts += fmt::format(", but not {}: it confirms what was seen there", cell(job.confirms));
        row.set("hosts", hosts);
        row.set("runner", job.runner.empty() ? "–" : cell(job.runner));
        row.set("expected", job.expected.empty() ? "unknown" : cell(job.expected));
        row.set("ahead", job.ahead ? std::to_string(*job.ahead) : "–");
        row.set("starts", job.starts.empty() ? "–" : cell(job.starts));
        row.set("since", time_cell(job.queued_at));
        list.push_back(row);
    }
    data root("refresh", data("seconds", "30"));
    set_table(root, list);
    if (!coming.empty()) root.set("coming", schedule_table(coming));
    return render_html_template("queue", std::move(root), "Queue", Style::linked);
}

std::string render_runners(const std::vector<RunnerRow>& rows) {
    data list(data::type::list);
    for (const auto& runner : rows) {
        data row("name", cell(runner.name));
        row.set("version", cell(runner.version));
        row.set("labels", cell(runner.labels));
        row.set("state", cell(runner.state));
        if (!runner.reason.empty()) row.set("reason", cell(runner.reason));
        row.set("seen", time_cell(runner.last_seen_at));
        row.set("job", runner.job.empty() ? "–" : cell(runner.job));
        set_worries(row, runner.host);
        list.push_back(row);
    }
    data root;
    set_table(root, list);
    return render_html_template("runners", std::move(root), "Runners", Style::linked);
}

std::string render_message(std::string_view heading, std::string_view sentence) {
    data root("heading", cell(heading));
    root.set("sentence", shortened(one_line(sentence), 1000));
    return render_html_template("message", std::move(root), heading, Style::linked);
}

}  // namespace benchgate::reporting
