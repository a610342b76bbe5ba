#include "service/http/health.h"

#include <prometheus/text_serializer.h>
#include <spdlog/spdlog.h>

#include "core/json/json.h"

namespace benchgate::http {
namespace {

std::optional<std::string> problem_of(const ReadyCheck& check) {
    try {
        return check.problem();
    } catch (const std::exception& e) {
        spdlog::warn("readiness check {} failed: {}", check.name, e.what());
        return "the check failed; the log has the cause";
    }
}

}

Metrics::Metrics()
    : registry_(std::make_shared<prometheus::Registry>()),
      responses_(prometheus::BuildCounter()
                     .Name("benchgate_http_responses_total")
                     .Help("Answers of the web side; method - is a request refused before it was understood")
                     .Register(*registry_)),
      deliveries_(prometheus::BuildCounter()
                      .Name("benchgate_webhook_deliveries_total")
                      .Help("Webhook deliveries by what became of them")
                      .Register(*registry_)) {}

void Metrics::count_response(std::string_view method, int status) {
    responses_.Add({{"method", std::string(method)}, {"status", std::to_string(status)}}).Increment();
}

void Metrics::count_delivery(std::string_view result) {
    deliveries_.Add({{"result", std::string(result)}}).Increment();
}

void Metrics::before_each_read(std::function<void(prometheus::Registry&)> refresh) {
    const std::lock_guard lock(mutex_);
    refreshers_.push_back(std::move(refresh));
}

std::string Metrics::text() {
    const std::lock_guard lock(mutex_);
    for (const auto& refresh : refreshers_) refresh(*registry_);
    return prometheus::TextSerializer().Serialize(registry_->Collect());
}

void count_into(Metrics& metrics, EdgeOptions& options) {
    options.on_response = [&metrics](std::string_view method, int status) { metrics.count_response(method, status); };
    options.on_error = [](std::string_view message) { spdlog::error("a request failed: {}", message); };
}

void serve_health(Edge& edge, std::vector<ReadyCheck> checks, Metrics& metrics) {
    edge.get("/healthz", [](const Request&, Response& response) { response.set_content("ok\n", "text/plain"); });
    edge.get("/readyz", [&edge, checks = std::move(checks)](const Request&, Response& response) {
        json::OrderedJson answer = json::OrderedJson::object();
        bool ready = !edge.stopping().stop_requested();
        answer["stopping"] = !ready;
        for (const ReadyCheck& check : checks) {
            const std::optional<std::string> problem = problem_of(check);
            ready = ready && !problem;
            answer["checks"][check.name] = problem.value_or("ok");
        }
        response.status = ready ? 200 : 503;
        response.set_content(json::dump(answer, 2) + "\n", "application/json");
    });
    edge.get("/metrics", [&metrics](const Request&, Response& response) {
        response.set_content(metrics.text(), "text/plain; version=0.0.4; charset=utf-8");
    });
}

}
