#include "service/http/fleet.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/json/json.h"
#include "platform/clock.h"
#include "service/http/admin.h"
#include "service/reports/runner_states.h"
#include "service/store/jobs.h"
#include "service/store/repositories.h"
#include "service/store/runners.h"

namespace benchgate::http {
namespace {

using json::Json;

constexpr int most_jobs = 1000;
constexpr std::size_t longest_reason = 500;

Json time_or_null(const std::optional<store::Time>& time) {
    return time ? Json(platform::format_utc(*time)) : Json();
}

Json runner_json(const store::RunnerRow& runner, bool is_busy, store::Time now) {
    const auto state = reports::state_of(runner, is_busy, now);
    return {{"name", runner.name},
            {"state", state.word},
            {"reason", state.reason},
            {"labels", runner.labels},
            {"version", runner.version},
            {"protocol", runner.protocol},
            {"failures_in_a_row", runner.failures},
            {"drained_at", time_or_null(runner.drained_at)},
            {"last_seen_at", platform::format_utc(runner.last_seen_at)}};
}

Json runners_json(store::Tx& tx, store::Time now) {
    const auto ids = store::busy_runners(tx);
    const std::set<std::string> busy(ids.begin(), ids.end());
    Json list = Json::array();
    for (const auto& runner : store::list_runners_briefly(tx))
        list.push_back(runner_json(runner, busy.contains(runner.runner_id), now));
    return {{"schema_version", 1}, {"runners", list}};
}

Json queue_json(store::Tx& tx, store::Time now) {
    std::map<std::int64_t, std::string> names;
    for (const auto& repository : store::list_repositories(tx))
        names[repository.repository_id] = repository.owner + "/" + repository.name;
    Json list = Json::array();
    for (const auto& job : store::open_jobs(tx, most_jobs, now))
        list.push_back({{"job", job.job.job_id},
                        {"repository", names[job.job.repository_id]},
                        {"suite", job.job.suite},
                        {"state", model::to_string(job.state)},
                        {"labels", job.job.labels},
                        {"priority", job.job.priority},
                        {"ahead", job.ahead ? Json(*job.ahead) : Json()},
                        {"attempts", job.attempts},
                        {"queued_at", platform::format_utc(job.created_at)}});
    return {{"schema_version", 1}, {"jobs", list}};
}

struct Order {
    std::string state;
    std::string reason;
};

/// What is wrong with a body is said in words.
tl::expected<Order, std::string> read_order(const std::string& body) {
    const auto document = json::parse(body);
    if (!document || !document->is_object()) return tl::unexpected<std::string>("expected a JSON object");
    Order order{json::text(*document, "state").value_or(""), json::text(*document, "reason").value_or("")};
    if (order.state != "drained" && order.state != "ready")
        return tl::unexpected<std::string>("state: expected drained or ready");
    if (order.reason.size() > longest_reason) return tl::unexpected<std::string>("reason: at most 500 bytes");
    return order;
}

void take_order(const Fleet& fleet, const Request& request, Response& response) {
    if (!is_admin(request, fleet.admin_token_hash))
        return answer_error(response, 401, "unauthorised", "The admin token is needed.");
    const auto order = read_order(request.body);
    if (!order) return answer_error(response, 422, "invalid", order.error());
    const std::string name = request.matches[1].str();
    const auto now = fleet.now();
    const auto runner = fleet.pool.transaction([&](store::Tx& tx) -> std::optional<Json> {
        const bool is_known = order->state == "drained" ? store::drain_runner(tx, name, order->reason, now)
                                                        : store::resume_runner(tx, name);
        const auto row = is_known ? store::runner_by_name(tx, name) : std::nullopt;
        if (!row) return std::nullopt;
        const auto busy = store::busy_runners(tx);
        return runner_json(*row, std::ranges::find(busy, row->runner_id) != busy.end(), now);
    });
    if (!runner) return answer_error(response, 404, "not_found", "No such runner.");
    response.set_content(json::dump(*runner) + "\n", "application/json");
}

}

void serve_fleet(Edge& edge, Fleet fleet) {
    const auto get = [&](const char* path, Json (*read)(store::Tx&, store::Time)) {
        edge.get(path, Reads::in_turn(fleet.reads, edge, [fleet, read](const Request&, Response& response) {
                     const auto document = fleet.pool.transaction([&](store::Tx& tx) { return read(tx, fleet.now()); });
                     response.set_content(json::dump(document) + "\n", "application/json");
                 }));
    };
    get("/api/v1/runners", runners_json);
    get("/api/v1/queue", queue_json);
    edge.post("/api/v1/runners/{}",
              [fleet](const Request& request, Response& response) { take_order(fleet, request, response); });
}

}
