#pragma once
// Puts the web side together: the edge's options for all paths, and which doors open onto it. Further doors (dashboard,
// public API, setup) register themselves on the same edge before start().
#include <functional>
#include <string>
#include <vector>

#include "service/http/health.h"
#include "service/http/runner_api.h"
#include "service/http/webhook.h"

namespace benchgate::http {

// Options with the body limits of all doors; answers are counted into `metrics`, which must outlive the edge.
EdgeOptions service_edge_options(std::string address, int port, Metrics& metrics);

struct Doors {
    DeliveryWriter& deliveries;
    std::function<std::vector<std::string>()> webhook_secrets;  // see Webhook::secrets
    const RunnerApi& runners;
    std::vector<ReadyCheck> ready;
    Metrics& metrics;
};

// Registers webhook, runner protocol and health; what `doors` refers to must outlive the edge.
void open_doors(Edge& edge, Doors doors);

}
