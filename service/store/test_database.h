#pragma once
// For tests of any room that sees the store and the cluster: one private PostgreSQL a test program, in memory where
// there is room, and a fresh, migrated database a test (a copy of a template, so that it is quick; gone after it).
// Header-only, since only test programs link the cluster beside the store.

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <pqxx/pqxx>
#include <string>

#include "service/cluster/private_cluster.h"
#include "service/store/migrate.h"
#include "service/store/pool.h"

namespace benchgate::store {

/// Each database is hundreds of small files, which a disk that discards what is deleted takes back at 2 ms each.
inline std::filesystem::path folder_of_databases() {
    const std::filesystem::path memory = "/dev/shm";
    std::error_code error;
    const auto space = std::filesystem::space(memory, error);
    const bool is_roomy = !error && space.available >= std::uintmax_t{1} << 30 && ::access(memory.c_str(), W_OK) == 0;
    return is_roomy ? memory : std::filesystem::temp_directory_path();
}

/// Started at first use, stopped and deleted with the program.
class TestCluster {
  public:
    static TestCluster& instance() {
        static TestCluster cluster;
        return cluster;
    }
    cluster::PrivateCluster& server() { return *server_; }

    /// Makes a database with the newest schema and returns its name.
    std::string fresh_database() {
        const std::string name = "test_" + std::to_string(++count_);
        server_->create_database(name, "migrated");
        return name;
    }
    void drop_database(const std::string& name) {
        pqxx::connection connection(server_->connection_string("postgres"));
        pqxx::nontransaction(connection).exec("drop database " + name + " with (force)");
    }

    ~TestCluster() {
        server_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

  private:
    TestCluster() {
        std::string pattern = (folder_of_databases() / "benchgate-pg-XXXXXX").string();
        if (!mkdtemp(pattern.data())) throw cluster::ClusterError("no temporary folder");
        directory_ = pattern;
        // The server may run as another user, who must get through to its own folder below.
        std::filesystem::permissions(directory_, std::filesystem::perms(0711));
        cluster::ClusterOptions options;
        options.directory = directory_ / "pg";
        options.fsync = false;
        options.settings = {{"full_page_writes", "off"}, {"shared_buffers", "32MB"}};
        server_ = std::make_unique<cluster::PrivateCluster>(options);
        server_->create_database("migrated");
        Pool pool({.url = server_->connection_string("migrated"), .connections = 1});
        migrate(pool, std::chrono::system_clock::now());
    }

    std::filesystem::path directory_;
    std::unique_ptr<cluster::PrivateCluster> server_;
    std::atomic<int> count_{0};
};

/// A test with a database of its own.
class TestDatabase : public ::testing::Test {
  protected:
    TestDatabase() : url(database_.url()), pool({.url = url, .connections = 8}) {}

    /// A fixed moment near the present, since partitions are made for the present.
    Time start() const { return start_; }

  private:
    struct Database {
        std::string name = TestCluster::instance().fresh_database();
        std::string url() const { return TestCluster::instance().server().connection_string(name); }
        ~Database() {
            try {
                TestCluster::instance().drop_database(name);
            } catch (const std::exception&) {
                // A test may have stopped the server. It goes with the program.
            }
        }
    };
    Database database_;  // outlives the pool

  protected:
    std::string url;
    Pool pool;

  private:
    Time start_ = to_microseconds(std::chrono::system_clock::now());
};

}
