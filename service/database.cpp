#include "service/database.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <stdexcept>

#include "service/store/migrate.h"

namespace benchgate::service {
namespace {

constexpr std::size_t connections = 20;

std::filesystem::path cluster_folder(const Settings& settings) {
    return settings.state_dir / "postgresql";
}

/// Of a cluster that another process runs.
std::string visiting_url(const Settings& settings) {
    return fmt::format("host='{}' user=benchgate dbname=benchgate",
                       cluster::socket_folder(cluster_folder(settings)).string());
}

std::unique_ptr<store::Pool> open(const std::string& url, std::chrono::seconds connect_timeout) {
    store::PoolOptions options;
    options.url = url;
    options.connections = connections;
    options.connect_timeout = connect_timeout;
    return std::make_unique<store::Pool>(options);
}

store::MigrationReport migrate(store::Pool& pool, const Settings& settings) {
    try {
        return store::migrate(pool, std::chrono::system_clock::now());
    } catch (const std::exception& error) {
        if (settings.database_url.empty()) throw;
        throw std::runtime_error(fmt::format("the database of BENCHGATE_DATABASE_URL: {}", error.what()));
    }
}

}  // namespace

/// Nobody serves: the cluster is put up for the time of one command, and never made for it. A token in a database that
/// no service uses would help nobody.
void Database::lock_for_visit(const Settings& settings) {
    if (!std::filesystem::exists(cluster_folder(settings) / "data"))
        throw std::invalid_argument(fmt::format(
            "no service has worked in {} yet: start it first, or name its folder by BENCHGATE_STATE_DIR, as its user",
            settings.state_dir.string()));
    auto lock = platform::FolderLock::take(settings.state_dir);
    if (!lock)
        throw std::runtime_error(fmt::format(
            "{}{}", lock.error().message,
            lock.error().held ? ", and its database does not answer: try again in a moment, as its user" : ""));
    lock_ = std::move(*lock);
}

Database::Database(const Settings& settings, bool serve) {
    if (!settings.database_url.empty()) {
        url_ = settings.database_url;
        pool_ = open(url_, std::chrono::seconds(5));
    } else {
        if (!serve) {
            url_ = visiting_url(settings);
            pool_ = open(url_, std::chrono::seconds(2));
            if (!pool_->ping()) pool_.reset();
        }
        if (!pool_) {
            if (!serve) lock_for_visit(settings);
            cluster::ClusterOptions options;
            options.directory = cluster_folder(settings);
            options.log = [](const std::string& line) { spdlog::info("postgresql: {}", line); };
            cluster_ = std::make_unique<cluster::PrivateCluster>(options);
            url_ = cluster_->connection_string();
            pool_ = open(url_, std::chrono::seconds(5));
        }
    }
    const auto report = migrate(*pool_, settings);
    if (report.from != report.to) spdlog::info("database schema {} -> {}", report.from, report.to);
}

ReadOnlyVisit visit_read_only(const Settings& settings) {
    const bool is_private = settings.database_url.empty();
    if (is_private && !std::filesystem::exists(cluster_folder(settings) / "data"))
        return {nullptr, "no service has worked in " + settings.state_dir.string()};
    store::PoolOptions options;
    options.url = is_private ? visiting_url(settings) : settings.database_url;
    options.connections = 2;
    options.connect_timeout = std::chrono::seconds(2);
    options.read_only = true;
    auto pool = std::make_unique<store::Pool>(options);
    if (!pool->ping()) return {nullptr, is_private ? "no service runs here now" : "the database does not answer"};
    const auto here = store::schema_version(*pool), ours = store::embedded_migrations().back().version;
    if (here != ours) return {nullptr, fmt::format("the database has the schema {}, not {}", here, ours)};
    return {std::move(pool), ""};
}

}  // namespace benchgate::service
