#pragma once
// For tests of any room that sees the store and the cluster: one private PostgreSQL a test program, in a temporary
// folder, and a fresh, migrated database a test (a copy of a template, so that it is quick). Header-only, since only
// test programs link the cluster beside the store.

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "service/cluster/private_cluster.h"
#include "service/store/migrate.h"
#include "service/store/pool.h"

namespace benchgate::store {

/// Started at first use, stopped and deleted with the program.
class TestCluster {
  public:
    static TestCluster& instance() {
        static TestCluster cluster;
        return cluster;
    }
    cluster::PrivateCluster& server() { return *server_; }

    /// Makes a database with the newest schema and returns how to connect to it.
    std::string fresh_database() {
        const std::string name = "test_" + std::to_string(++count_);
        server_->create_database(name, "migrated");
        return server_->connection_string(name);
    }

    ~TestCluster() {
        server_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }

  private:
    TestCluster() {
        std::string pattern = (std::filesystem::temp_directory_path() / "benchgate-pg-XXXXXX").string();
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
    TestDatabase() : url(TestCluster::instance().fresh_database()), pool({.url = url, .connections = 8}) {}

    /// A fixed moment near the present, since partitions are made for the present.
    Time start() const { return start_; }

    std::string url;
    Pool pool;

  private:
    Time start_ = to_microseconds(std::chrono::system_clock::now());
};

}
