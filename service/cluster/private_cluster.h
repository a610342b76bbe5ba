#pragma once
// A private PostgreSQL: made on first use, run as a child of this process, reachable through a Unix socket only, put up
// again when it dies. Knows the programs initdb, postgres and createdb, and no SQL. With an own database
// (BENCHGATE_DATABASE_URL) nothing of this is used.

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace benchgate::cluster {

/// It cannot be made or started; the message says what to do.
struct ClusterError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct ClusterOptions {
    std::filesystem::path directory;  ///< data, log and socket; made if absent. As root: must be reachable by `run_as`
    std::string run_as = "postgres";  ///< whom root becomes, since initdb refuses root; others run as themselves
    bool fsync = true;                ///< false only in tests: a crash of the machine loses everything
    int max_connections = 100;
    std::vector<std::pair<std::string, std::string>> settings;  ///< further -c name=value
    std::chrono::seconds start_timeout{60};                     ///< recovery after a crash included
    int max_restarts = 10;  ///< within ten minutes; then it rests before each further one
    std::chrono::milliseconds rest{60'000};
    std::function<void(const std::string&)> log;  ///< called from the watching thread too
};

class PrivateCluster {
  public:
    /// Returns when connections are accepted. Throws ClusterError.
    explicit PrivateCluster(ClusterOptions options);
    ~PrivateCluster();  ///< fast stop: open transactions are rolled back
    PrivateCluster(const PrivateCluster&) = delete;
    PrivateCluster& operator=(const PrivateCluster&) = delete;

    /// For libpq. The cluster is made with one database, "benchgate".
    std::string connection_string(const std::string& database = "benchgate") const;
    /// A further database, a copy of `from`, which nobody may be connected to. Throws ClusterError.
    void create_database(const std::string& name, const std::string& from = "template1");

    /// The folder of postgres, pg_dump and the others.
    const std::filesystem::path& programs() const;
    /// 0 while it is down.
    pid_t pid() const;
    /// How often it was put up again.
    int restarts() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The newest /usr/lib/postgresql/*/bin that holds postgres and initdb. Throws ClusterError.
std::filesystem::path find_programs();

/// The folder for the socket: `directory`/run if the socket's path stays within the 107 bytes that the kernel allows,
/// else a short one of this user under XDG_RUNTIME_DIR or the system's temporary folder.
std::filesystem::path socket_folder(const std::filesystem::path& directory);

}
