// The measured side: edge, webhook door, group commit and the durable inbox in a private PostgreSQL (fsync on), without
// the rest of the service, so that receiving alone is compared. Usage: webhook_bench_server FOLDER; prints its port,
// ends on SIGTERM with the number of stored deliveries.
#include <cstdio>
#include <cstdlib>

#include "platform/stop.h"
#include "service/cluster/private_cluster.h"
#include "service/http/server.h"
#include "service/http/store_inbox.h"
#include "service/store/migrate.h"

int main(int argc, char** argv) {
    using namespace benchgate;
    const char* secret = std::getenv("BENCHGATE_WEBHOOK_SECRET");
    if (argc != 2 || !secret) {
        std::fputs("usage: BENCHGATE_WEBHOOK_SECRET=... webhook_bench_server FOLDER\n", stderr);
        return 2;
    }
    try {
        const platform::StopSignals signals;
        cluster::ClusterOptions options;
        options.directory = argv[1];
        const cluster::PrivateCluster postgres(options);
        const platform::SystemClock clock;
        store::Pool pool({.url = postgres.connection_string(), .connections = 2});
        store::migrate(pool, clock.now());
        http::StoreInbox inbox(pool, clock);
        http::DeliveryWriter writer(inbox, {});
        http::Metrics metrics;
        http::Edge edge(http::service_edge_options("127.0.0.1", 0, metrics));
        http::serve_webhook(edge, {[secret] { return std::vector<std::string>{secret}; }, writer, {}});
        edge.start();
        std::printf("%d\n", edge.port());
        std::fflush(stdout);
        platform::wait_for_stop(signals.drain());
        edge.stop();
        const auto counts = pool.transaction([](store::Tx& tx) { return store::inbox_counts(tx); });
        std::printf("stored %lld\n", static_cast<long long>(counts.waiting));
        return 0;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "webhook_bench_server: %s\n", e.what());
        return 1;
    }
}
