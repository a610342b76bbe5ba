#include "service/http/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/json/json.h"
#include "core/protocol/bundle_json.h"
#include "core/reporting/check.h"
#include "core/reporting/flame_graph.h"
#include "core/reporting/page.h"
#include "platform/clock.h"
#include "service/http/addressed.h"
#include "service/http/fleet_pages.h"
#include "service/reports/calibration_report.h"
#include "service/reports/outlook_report.h"
#include "service/reports/profile_report.h"
#include "service/store/jobs.h"
#include "service/store/runs.h"
#include "service/store/schedules.h"

namespace benchgate::http {
namespace {

constexpr int listed = 100;

void send_page(Response& response, const std::string& html, int status = 200) {
    response.status = status;
    response.set_header("Cache-Control", "no-cache");
    response.set_content(html, "text/html; charset=utf-8");
}

void not_found(Response& response, std::string_view what) {
    send_page(response, reporting::render_message("Not found", what), 404);
}

std::string full_name(const store::RepositoryRow& row) {
    return row.owner + "/" + row.name;
}

/// What a run of kind profile is about.
std::string profiled_benchmark(store::Tx& tx, const store::RunRow& run) {
    for (const auto& job : store::jobs_of_run(tx, run.repository_id, run.run_id))
        return json::text(json::parse(job.job.spec_json).value_or(json::Json()), "profile").value_or("");
    return "";
}

reporting::RunRow row_of(store::Tx& tx, const store::RunRow& run, const reports::Addresses& addresses) {
    const auto report = reports::run_report(tx, run, addresses);
    reporting::RunRow row;
    row.id = run.run_id;
    row.kind = model::to_string(run.kind);
    row.state = model::to_string(run.state);
    const bool is_profile = run.kind == model::RunKind::profile;
    if (run.state == model::RunState::finished && !is_profile) row.gate = model::to_string(report.gate);
    row.pull_number = run.number;
    row.head_sha = run.head_sha;
    row.base_sha = report.base_sha;
    row.created_at = platform::format_utc(run.created_at);
    row.summary = is_profile ? "Profile of " + profiled_benchmark(tx, run) : reporting::render_check(report, {}).title;
    return row;
}

std::vector<reporting::ScheduleRow> schedule_rows(store::Tx& tx, std::int64_t repository_id) {
    std::vector<reporting::ScheduleRow> rows;
    for (const auto& schedule : store::schedules_of(tx, repository_id))
        rows.push_back({schedule.suite, schedule.line, platform::format_utc(schedule.next_at),
                        schedule.said_at ? platform::format_utc(*schedule.said_at) : "", schedule.said});
    return rows;
}

std::string front_page(store::Tx& tx, const reports::Addresses& addresses) {
    std::vector<reporting::RepositoryRow> rows;
    for (const auto& repository : store::list_repositories(tx)) {
        reporting::RepositoryRow row;
        row.full_name = full_name(repository);
        const auto runs = store::list_runs(tx, repository.repository_id, std::nullopt, listed);
        row.runs = static_cast<std::int64_t>(runs.size());
        if (!runs.empty()) {
            row.last_run_at = platform::format_utc(runs.front().created_at);
            const auto gated = std::find_if(runs.begin(), runs.end(),
                                            [](const auto& run) { return model::speaks_on_check(run.kind); });
            if (gated != runs.end() && gated->state == model::RunState::finished)
                row.last_gate = model::to_string(reports::run_report(tx, *gated, addresses).gate);
        }
        rows.push_back(std::move(row));
    }
    return reporting::render_repositories(rows);
}

/// The run of /{owner}/{repo}/pull/{n}/profile/{id}; nullopt: there is none.
std::optional<store::RunRow> profile_in(store::Tx& tx, const Request& request) {
    const auto repository = repository_in(tx, request);
    if (!repository) return std::nullopt;
    auto run = store::find_run(tx, repository->repository_id, request.matches[4].str());
    const bool fits = run && run->kind == model::RunKind::profile && run->number &&
                      std::to_string(*run->number) == request.matches[3].str();
    return fits ? run : std::nullopt;
}

/// Where /{owner}/{repo}/runs/{id} leads to if that is a profile's run.
std::optional<std::string> page_of_profile(store::Tx& tx, const Request& request) {
    const auto repository = repository_in(tx, request);
    if (!repository) return std::nullopt;
    const auto run = store::find_run(tx, repository->repository_id, request.matches[3].str());
    if (!run || run->kind != model::RunKind::profile || !run->number) return std::nullopt;
    return reports::page_path(full_name(*repository), *run);
}

struct ProfileFile {
    std::string bytes;
    const char* type = "text/plain; charset=utf-8";
};

std::optional<ProfileFile> profile_file(store::Tx& tx, const Request& request, const reports::Addresses& addresses) {
    const auto run = profile_in(tx, request);
    const auto name = request.matches[5].str();
    if (!run) return std::nullopt;
    if (name == "flame.svg") {
        const auto report = reports::profile_report(tx, *run, addresses);
        if (!report.profile) return std::nullopt;
        return ProfileFile{reporting::flame_graph_svg(report.base, report.head,
                                                      {model::Side::head, "Flame graph of " + report.benchmark}),
                           "image/svg+xml"};
    }
    if (name != protocol::base_profile_name && name != protocol::head_profile_name) return std::nullopt;
    auto stacks =
        reports::folded_stacks(tx, *run, name == protocol::base_profile_name ? model::Side::base : model::Side::head);
    return stacks ? std::optional(ProfileFile{std::move(*stacks)}) : std::nullopt;
}

/// The page of a profile, and its files.
void serve_profiles(Edge& edge, const Pages& pages) {
    edge.get("/{}/{}/pull/{}/profile/{}",
             Reads::in_turn(pages.reads, edge, [pages](const Request& request, Response& response) {
                 const auto html = pages.pool.transaction([&](store::Tx& tx) -> std::optional<std::string> {
                     const auto run = profile_in(tx, request);
                     if (!run) return std::nullopt;
                     return reporting::render_profile_page(reports::profile_report(tx, *run, pages.addresses));
                 });
                 if (!html) return not_found(response, "There is no such profile.");
                 send_page(response, *html);
             }));
    edge.get("/{}/{}/pull/{}/profile/{}/{}",
             Reads::in_turn(pages.reads, edge, [pages](const Request& request, Response& response) {
                 const auto file =
                     pages.pool.transaction([&](store::Tx& tx) { return profile_file(tx, request, pages.addresses); });
                 if (!file) return not_found(response, "There is no such profile.");
                 response.set_header("Cache-Control", "no-cache");
                 response.set_content(file->bytes, file->type);
             }));
}

}  // namespace

void serve_pages(Edge& edge, Pages pages) {
    const auto get = [&](const char* path, Handler handler) {
        edge.get(path, Reads::in_turn(pages.reads, edge, std::move(handler)));
    };
    get("/", [pages](const Request&, Response& response) {
        send_page(response, pages.pool.transaction([&](store::Tx& tx) { return front_page(tx, pages.addresses); }));
    });
    get("/queue", [pages](const Request&, Response& response) {
        send_page(response, pages.pool.transaction([&](store::Tx& tx) { return queue_page(tx, pages.now()); }));
    });
    get("/runners", [pages](const Request&, Response& response) {
        send_page(response, pages.pool.transaction([&](store::Tx& tx) { return runners_page(tx, pages.now()); }));
    });
    edge.get(reporting::stylesheet_path, [](const Request&, Response& response) {
        response.set_header("Cache-Control", "max-age=300");
        response.set_content(std::string(reporting::page_stylesheet()), "text/css; charset=utf-8");
    });
    edge.get(reporting::icon_path, [](const Request&, Response& response) {
        response.set_header("Cache-Control", "max-age=86400");
        response.set_content(std::string(reporting::page_icon()), "image/svg+xml");
    });
    edge.get("/{}", [](const Request&, Response& response) { not_found(response, "There is no such page."); });
    get("/{}/{}", [pages](const Request& request, Response& response) {
        const auto html = pages.pool.transaction([&](store::Tx& tx) -> std::optional<std::string> {
            const auto repository = repository_in(tx, request);
            if (!repository) return std::nullopt;
            std::vector<reporting::RunRow> rows;
            for (const auto& run : store::list_runs(tx, repository->repository_id, std::nullopt, listed))
                rows.push_back(row_of(tx, run, pages.addresses));
            return reporting::render_repository(full_name(*repository), rows,
                                                schedule_rows(tx, repository->repository_id));
        });
        if (!html) return not_found(response, "This service knows no such repository.");
        send_page(response, *html);
    });
    get("/{}/{}/calibration", [pages](const Request& request, Response& response) {
        const auto html = pages.pool.transaction([&](store::Tx& tx) -> std::optional<std::string> {
            const auto repository = repository_in(tx, request);
            if (!repository) return std::nullopt;
            return reporting::render_calibration_page(
                full_name(*repository), reports::calibration_report(tx, repository->repository_id, pages.now()));
        });
        if (!html) return not_found(response, "This service knows no such repository.");
        send_page(response, *html);
    });
    get("/{}/{}/outlook", [pages](const Request& request, Response& response) {
        const auto html = pages.pool.transaction([&](store::Tx& tx) -> std::optional<std::string> {
            const auto repository = repository_in(tx, request);
            if (!repository) return std::nullopt;
            return reporting::render_outlook_page(
                full_name(*repository), reports::outlook_of_repository(tx, repository->repository_id, pages.now()));
        });
        if (!html) return not_found(response, "This service knows no such repository.");
        send_page(response, *html);
    });
    serve_profiles(edge, pages);
    const auto send_run = [pages](Response& response,
                                  const std::function<std::optional<store::RunRow>(store::Tx&)>& find) {
        const auto html = pages.pool.transaction([&](store::Tx& tx) -> std::optional<std::string> {
            const auto run = find(tx);
            if (!run) return std::nullopt;
            auto report = reports::run_report(tx, *run, pages.addresses);
            reports::add_outlook(tx, *run, report, pages.now());
            report.undelivered = reports::undelivered(tx, *run);
            return reporting::render_page(report);
        });
        if (!html) return not_found(response, "Nothing was measured here yet.");
        send_page(response, *html);
    };
    get("/{}/{}/pull/{}", [send_run](const Request& request, Response& response) {
        const auto text = request.matches[3].str();
        std::int64_t number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || end != text.data() + text.size())
            return not_found(response, "That is not a pull request's number.");
        send_run(response, [&](store::Tx& tx) -> std::optional<store::RunRow> {
            const auto repository = repository_in(tx, request);
            if (!repository) return std::nullopt;
            return store::latest_run_for_pull(tx, repository->repository_id, number);
        });
    });
    get("/{}/{}/runs/{}", [send_run, pages](const Request& request, Response& response) {
        const auto elsewhere = pages.pool.transaction([&](store::Tx& tx) { return page_of_profile(tx, request); });
        if (elsewhere) return response.set_redirect(*elsewhere);
        send_run(response, [&](store::Tx& tx) -> std::optional<store::RunRow> {
            const auto repository = repository_in(tx, request);
            if (!repository) return std::nullopt;
            return store::find_run(tx, repository->repository_id, request.matches[3].str());
        });
    });
}

}  // namespace benchgate::http
