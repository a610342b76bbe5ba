#include "service/http/api.h"

#include "core/json/json.h"
#include "core/protocol/bundle_json.h"
#include "core/reporting/report_json.h"
#include "platform/clock.h"
#include "service/http/admin.h"
#include "service/reports/calibration_report.h"
#include "service/reports/outlook_report.h"
#include "service/reports/stored_bundle.h"
#include "service/store/inbox.h"
#include "service/store/job_logs.h"
#include "service/store/jobs.h"
#include "service/store/repositories.h"
#include "service/store/runs.h"

namespace benchgate::http {
namespace {

constexpr std::int64_t most_log_bytes = 26 << 20;

void send_json(Response& response, const std::string& document) {
    response.set_content(document, "application/json");
}

json::Json operation(const char* summary, const char* parameter, const char* place) {
    return {
        {"get",
         {{"summary", summary},
          {"parameters", {{{"name", parameter}, {"in", place}, {"required", true}, {"schema", {{"type", "string"}}}}}},
          {"responses", {{"200", {{"description", "The document"}}}, {"404", {{"description", "Not known here"}}}}}}}};
}

std::string openapi() {
    json::Json document{{"openapi", "3.0.3"}, {"info", {{"title", "benchgate"}, {"version", BENCHGATE_VERSION}}}};
    auto& paths = document["paths"];
    paths["/api/v1/runs/{id}"] =
        operation("A run with all its verdicts; the document of `benchgate compare --json`", "id", "path");
    paths["/api/v1/jobs/{id}/bundle"] =
        operation("Everything a job measured, up to 128 MiB; `benchgate judge` reads it", "id", "path");
    paths["/api/v1/jobs/{id}/log"] = operation("The log of a job's newest lease", "id", "path");
    const auto of_repository = [](const char* summary, const char* more = nullptr) {
        auto described = operation(summary, "owner", "path");
        auto& parameters = described["get"]["parameters"];
        for (const char* name : {"repo", more}) {
            if (name == nullptr) continue;
            auto parameter = parameters[0];
            parameter["name"] = name;
            parameters.push_back(std::move(parameter));
        }
        return described;
    };
    const std::string history = "/api/v1/repositories/{owner}/{repo}";
    paths[history + "/changes"] = of_repository("Change points of the default branch, newest first");
    paths[history + "/series"] = of_repository("What the default branch's history is kept of");
    paths[history + "/series/{id}"] = of_repository("One series: points in the branch's order, changes", "id");
    paths[history + "/calibration"] =
        of_repository("How often one commit against itself raised an alarm, per host and benchmark");
    paths[history + "/outlook"] =
        of_repository("What each suite can show, and how long it takes, before it runs: from its newest jobs");
    auto again = of_repository("Makes all points again from the stored bundles (admin token)");
    paths[history + "/series"]["post"] = std::move(again["get"]);
    auto said = of_repository("Says what becomes of a change: {handling, by, note} (admin token)", "id");
    paths[history + "/changes/{id}"]["post"] = std::move(said["get"]);
    const auto open = [](const char* summary) {
        return json::Json{{"get", {{"summary", summary}, {"responses", {{"200", {{"description", "The document"}}}}}}}};
    };
    paths["/api/v1/runners"] = open("Every runner: what it is doing, and why it is drained or quarantined");
    paths["/api/v1/queue"] = open("Jobs that runners have, then those that wait, in the order of leasing");
    auto word =
        operation("Drains a runner or takes it back: {state: drained or ready, reason} (admin token)", "name", "path");
    paths["/api/v1/runners/{name}"]["post"] = std::move(word["get"]);
    paths["/api/v1/deliveries"] = operation("What became of a webhook delivery (admin token)", "guid", "query");
    return json::dump(document, 2);
}

std::string_view state_of(store::InboxState state) {
    return state == store::InboxState::done ? "done" : state == store::InboxState::failed ? "failed" : "waiting";
}

void send_delivery(const Api& api, const Request& request, Response& response) {
    if (!is_admin(request, api.admin_token_hash))
        return answer_error(response, 401, "unauthorised", "The admin token is needed.");
    const auto row =
        api.pool.transaction([&](store::Tx& tx) { return store::find_delivery(tx, request.get_param_value("guid")); });
    if (!row) return answer_error(response, 404, "not_found", "No such delivery was received.");
    json::Json document{{"guid", row->delivery.delivery_id},
                        {"event", row->delivery.event},
                        {"received_at", platform::format_utc(row->received_at)},
                        {"state", state_of(row->state)},
                        {"attempts", row->attempts},
                        {"error", row->error ? json::Json(*row->error) : json::Json()}};
    send_json(response, json::dump(document));
}

}  // namespace

void serve_api(Edge& edge, Api api) {
    edge.get("/api/v1/openapi.json", [](const Request&, Response& response) { send_json(response, openapi()); });
    const auto get = [&](const char* path, Handler handler) {
        edge.get(path, Reads::in_turn(api.reads, edge, std::move(handler)));
    };
    get("/api/v1/runs/{}", [api](const Request& request, Response& response) {
        const auto document = api.pool.transaction([&](store::Tx& tx) -> std::optional<std::string> {
            const auto run = store::find_run(tx, request.matches[1].str());
            if (!run) return std::nullopt;
            return json::dump(reporting::report_json(reports::run_report(tx, *run, api.addresses)));
        });
        if (!document) return answer_error(response, 404, "not_found", "No such run.");
        send_json(response, *document);
    });
    get("/api/v1/repositories/{}/{}/calibration", [api](const Request& request, Response& response) {
        const auto document = api.pool.transaction([&](store::Tx& tx) -> std::optional<std::string> {
            const auto repository = store::find_repository(tx, request.matches[1].str(), request.matches[2].str());
            if (!repository) return std::nullopt;
            const auto hosts =
                reports::calibration_report(tx, repository->repository_id, std::chrono::system_clock::now());
            return json::dump(reporting::calibration_json(repository->owner + "/" + repository->name, hosts));
        });
        if (!document) return answer_error(response, 404, "not_found", "No such repository.");
        send_json(response, *document);
    });
    get("/api/v1/repositories/{}/{}/outlook", [api](const Request& request, Response& response) {
        const auto document = api.pool.transaction([&](store::Tx& tx) -> std::optional<std::string> {
            const auto repository = store::find_repository(tx, request.matches[1].str(), request.matches[2].str());
            if (!repository) return std::nullopt;
            const auto suites =
                reports::outlook_of_repository(tx, repository->repository_id, std::chrono::system_clock::now());
            return json::dump(reporting::outlook_json(repository->owner + "/" + repository->name, suites));
        });
        if (!document) return answer_error(response, 404, "not_found", "No such repository.");
        send_json(response, *document);
    });
    get("/api/v1/jobs/{}/bundle", [api](const Request& request, Response& response) {
        const auto [too_large, bundle] = api.pool.transaction(
            [&](store::Tx& tx) { return reports::load_shown_bundle(tx, request.matches[1].str()); });
        if (too_large) return answer_error(response, 413, "too_large", bundle.error());
        if (!bundle) return answer_error(response, 404, "not_found", bundle.error());
        send_json(response, json::dump(protocol::to_json(*bundle)));
    });
    get("/api/v1/jobs/{}/log", [api](const Request& request, Response& response) {
        const auto log = api.pool.transaction([&](store::Tx& tx) -> std::optional<std::string> {
            if (!store::find_job(tx, request.matches[1].str())) return std::nullopt;
            return store::read_log(tx, request.matches[1].str(), 0, 0, most_log_bytes);
        });
        if (!log) return answer_error(response, 404, "not_found", "No such job.");
        response.set_content(*log, "text/plain; charset=utf-8");
    });
    edge.get("/api/v1/deliveries",
             [api](const Request& request, Response& response) { send_delivery(api, request, response); });
}

}  // namespace benchgate::http
