#include "service/http/server.h"

namespace benchgate::http {

EdgeOptions service_edge_options(std::string address, int port, Metrics& metrics) {
    EdgeOptions options;
    options.address = std::move(address);
    options.port = port;
    options.body_limits = runner_body_limits();
    options.body_limits.push_back({"/webhooks/github", webhook_body_bytes});
    count_into(metrics, options);
    return options;
}

void open_doors(Edge& edge, Doors doors) {
    Metrics& metrics = doors.metrics;
    // First, since routes are tried in order and this one has the traffic.
    serve_webhook(edge, {std::move(doors.webhook_secrets), doors.deliveries,
                         [&metrics](std::string_view result) { metrics.count_delivery(result); }});
    serve_runner_api(edge, doors.runners);
    serve_health(edge, std::move(doors.ready), metrics);
}

}
