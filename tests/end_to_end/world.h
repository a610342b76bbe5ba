#pragma once
// Everything that a pull request meets, for real and on loopback: the local GitHub, the service with its private
// PostgreSQL, one runner. Owns their processes, their folder and the waiting for what they do. Knows no scenario.

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "platform/files.h"
#include "platform/http_client.h"
#include "platform/process.h"

namespace benchgate::end_to_end {

/// Asks every `pause`; false at the deadline.
bool wait_until(const std::function<bool()>& condition, std::chrono::seconds deadline = std::chrono::seconds(120),
                std::chrono::milliseconds pause = std::chrono::milliseconds(50));

/// For what is asked of the local GitHub: it gives each token 5,000 answers an hour, the tests' own, too.
inline constexpr std::chrono::milliseconds github_pause{400};

using Files = std::map<std::string, std::string>;  ///< path -> content

/// A suite whose benchmark prints its result at once: "steady" near 5000 ns and "sorted" near `sorted_ns`.
Files quick_suite(int sorted_ns);
/// quick_suite's configuration with other commands.
std::string config_of(const std::string& build, const std::string& run, const std::string& build_timeout = "60s");

struct Pull {
    std::string repository;
    int number = 0;
    std::string head_sha;
};

class World {
  public:
    /// Why it cannot run here, if so.
    static std::optional<std::string> missing();

    World();
    ~World();

    /// `more`: settings beyond those that every test needs.
    void start_service(const std::map<std::string, std::string>& more = {});
    struct Said {
        int status = 0;  ///< exit status
        std::string out;
        std::string err;
    };
    /// One command of benchgate-service, with the settings of the service.
    Said command(const std::vector<std::string>& words);
    /// A job may take 256 MiB of disk a side. `sandboxed` false: as on a host without bubblewrap.
    void start_runner(bool sandboxed = true);
    /// Another host beside it, under a name of its own: "bench-2".
    void start_second_runner(bool sandboxed = true);
    /// Ends it in order; false if it did not.
    bool end_second_runner();
    platform::Process& service() { return *service_; }
    platform::Process& runner() { return *runner_; }
    void forget_runner() { runner_.reset(); }
    /// Address of the service, and the one of a connection to it.
    const std::string& url() const { return url_; }
    int port() const { return port_; }
    /// SIGTERM; false if it did not end with status 0 within `patience`.
    static bool end_orderly(platform::Process& process, std::chrono::seconds patience);

    /// A new repository of owner "maintainer" with these files on main, known to GitHub.
    void make_repository(const std::string& name, const Files& main);
    /// Commits on top of `from` as the branch; returns its SHA.
    std::string commit(const std::string& name, const std::string& branch, const Files& files,
                       const std::string& from = "main");
    std::string head_of(const std::string& name, const std::string& branch) { return git(name, {"rev-parse", branch}); }
    Pull open_pull(const std::string& name, const std::string& branch);
    /// Pushes the branch as the pull request's new head.
    void push(Pull& pull, const std::string& branch);

    /// Breaks GitHub; the keys are those of tests/local_github/door.mjs.
    void fault(const json::Json& what) { control("POST", "/faults", what); }
    /// Requests to GitHub since they were cleared that met this fault.
    std::size_t hits(const std::string& kind, const std::string& method, const std::string& path_end);

    json::Json control(const std::string& method, const std::string& path, const json::Json& body = {});
    /// One answer of the service; status 0: none.
    platform::HttpResponse ask(const platform::HttpRequest& request,
                               std::chrono::seconds timeout = std::chrono::seconds(20));
    platform::HttpResponse get(const std::string& path);
    /// JSON, with the admin token.
    platform::HttpResponse post(const std::string& path, const std::string& body);
    /// With the runner's own token.
    platform::HttpResponse ask_as_runner(const std::string& method, const std::string& path, const std::string& body);
    /// A gauge or counter of /metrics; nullopt: it is not there, or not a number.
    std::optional<double> metric(const std::string& name_and_labels);
    /// Waits until no delivery, no job and nothing to be said is pending: what is there then stays as it is.
    bool calms_down(std::chrono::seconds deadline = std::chrono::seconds(120));
    /// A signed delivery of this event, under the id.
    platform::HttpResponse deliver(const std::string& event, const std::string& id, const std::string& body,
                                   const std::string& secret = {});

    /// The pull request as a visitor sees it.
    json::Json state(const Pull& pull);
    /// Checks called "benchgate" of one commit.
    std::vector<json::Json> checks(const std::string& repository, const std::string& sha,
                                   const std::string& name = "benchgate");
    /// Waits for the one completed check of the head; null if it does not come.
    json::Json completed_check(const Pull& pull, std::chrono::seconds deadline = std::chrono::seconds(120));

    std::string runner_token() const;
    std::string log_of(const std::string& name) const;
    /// Ends runner and service in order, so that a leak has its chance to be told.
    void end();
    /// What a sanitizer said in the programs' logs, from its first line on; empty: nothing, or none is built in.
    std::string sanitizer_reports() const;
    /// First line of the private cluster's lock file; 0: none.
    pid_t postgres_pid() const;
    /// The most memory that a process ever had, in MiB.
    static long peak_memory(const platform::Process& process);
    /// Command lines of processes that have this world's folder in theirs, or work in it.
    std::vector<std::string> processes() const { return processes_with(folder().string()); }
    /// ... that have this word in theirs.
    static std::vector<std::string> processes_with(const std::string& word);
    const std::filesystem::path& folder() const { return folder_.path(); }
    const std::string& secret() const { return secret_; }
    /// What the local GitHub says of itself: api, app_id, private_key_file, installation_id, ...
    const json::Json& github() const { return ready_; }

  private:
    void start_github();
    platform::Process start(const std::string& name, const std::vector<std::string>& command,
                            const std::map<std::string, std::string>& environment = {});
    std::string git(const std::string& name, std::vector<std::string> words);
    /// `log`: the name of its log and its folder.
    platform::Process start_host(const std::string& host, const std::string& log, bool sandboxed);
    std::map<std::string, std::string> service_environment() const;

    platform::TempDir folder_;
    std::unique_ptr<platform::HttpClient> http_;
    std::optional<platform::Process> github_, service_, runner_, second_runner_;
    json::Json ready_;
    std::string control_url_, url_, secret_;
    int port_ = 0;
};

}  // namespace benchgate::end_to_end
