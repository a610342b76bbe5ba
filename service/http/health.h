#pragma once
// What a supervisor asks: /healthz (the process answers), /readyz (it can do its work), /metrics (Prometheus text). The
// checks and the numbers come from outside.
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/http/edge.h"

namespace benchgate::http {

struct ReadyCheck {
    std::string name;
    // Nothing when ready, else one line for people; an exception counts as not ready and its text stays in the log.
    std::function<std::optional<std::string>()> problem;
};

// The numbers of the web side, and the registry into which the workers put theirs. Safe to use from any thread.
class Metrics {
  public:
    Metrics();

    void count_response(std::string_view method, int status);
    void count_delivery(std::string_view result);

    // Computes gauges at the moment they are asked for, e.g. the length of a queue.
    void before_each_read(std::function<void(prometheus::Registry&)> refresh);

    prometheus::Registry& registry() { return *registry_; }
    std::string text();

  private:
    std::shared_ptr<prometheus::Registry> registry_;
    prometheus::Family<prometheus::Counter>& responses_;
    prometheus::Family<prometheus::Counter>& deliveries_;
    std::mutex mutex_;
    std::vector<std::function<void(prometheus::Registry&)>> refreshers_;
};

// The edge's callbacks count into `metrics`, which must outlive the edge.
void count_into(Metrics& metrics, EdgeOptions& options);

void serve_health(Edge& edge, std::vector<ReadyCheck> checks, Metrics& metrics);

}
