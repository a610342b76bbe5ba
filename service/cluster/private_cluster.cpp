#include "service/cluster/private_cluster.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <mutex>
#include <thread>

#include "service/cluster/server_user.h"

namespace benchgate::cluster {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t socket_path_limit = 107;
constexpr std::uintmax_t log_limit = 16u << 20;
constexpr std::chrono::minutes restart_window{10};
constexpr std::chrono::milliseconds longest_pause{5'000};
constexpr std::chrono::seconds fast_stop_limit{30};
/// At first the server of a process that just ended may still hold the data; a wrong setting shows in this time too.
constexpr int first_restarts = 4;

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string tail(const std::string& text, std::size_t bytes) {
    return text.size() <= bytes ? text : text.substr(text.size() - bytes);
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

ClusterOptions absolute(ClusterOptions options) {
    options.directory = fs::absolute(options.directory);
    return options;
}

/// The version that made the data, if it is installed; else the newest.
fs::path programs_for(const fs::path& data) {
    const std::string made_by = first_line(read_file(data / "PG_VERSION"));
    const fs::path bin = fs::path("/usr/lib/postgresql") / made_by / "bin";
    return !made_by.empty() && fs::exists(bin / "postgres") ? bin : find_programs();
}

/// A value of a libpq connection string.
std::string quoted(const std::string& value) {
    std::string out = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

}

struct PrivateCluster::State {
    explicit State(ClusterOptions given)
        : options(absolute(std::move(given))),
          bin(programs_for(options.directory / "data")),
          user(server_user(options.run_as)),
          data(options.directory / "data"),
          log_file(options.directory / "postgres.log"),
          socket(socket_folder(options.directory)) {}
    ~State() { stop(); }

    const ClusterOptions options;
    const fs::path bin;
    const ServerUser user;
    const fs::path data;
    const fs::path log_file;
    const fs::path socket;

    std::mutex mutex;  // guards what follows
    std::condition_variable changed;
    pid_t pid = 0;
    bool ready = false;
    bool stopping = false;
    bool ended = false;   // the watching thread has nothing more to do
    std::string failure;  // why it ended, if nobody asked
    int restarts = 0;

    std::thread watcher;

    void say(const std::string& line) const {
        if (options.log) options.log(line);
    }

    std::string log_tail() const { return tail(read_file(log_file), 800); }

    void prepare_folders() {
        std::error_code error;
        fs::create_directories(options.directory, error);
        if (error) throw ClusterError("cannot make " + options.directory.string() + ": " + error.message());
        if (fs::exists(log_file) && fs::file_size(log_file) > log_limit) fs::remove(log_file);
        hand_over(options.directory, user);
        make_private_folder(socket, user);
        check_reachable(options.directory, user);
    }

    void init_data() {
        if (fs::exists(data / "PG_VERSION")) return check_version();
        // A folder without PG_VERSION is what an initdb that was cut off leaves behind.
        std::error_code ignored;
        fs::remove_all(data, ignored);
        say("making a private PostgreSQL cluster in " + options.directory.string());
        std::vector<std::string> command{
            bin / "initdb",       "-D", data,   "-U",        "benchgate", "--auth-local=peer",
            "--auth-host=reject", "-E", "UTF8", "--locale=C"};
        if (!options.fsync) command.push_back("--no-sync");
        if (wait_exit(spawn(command, user, log_file)) != 0) throw ClusterError("initdb failed:\n" + log_tail());
    }

    void check_version() const {
        const std::string have = first_line(read_file(data / "PG_VERSION"));
        const std::string want = bin.parent_path().filename().string();
        if (have != want)
            throw ClusterError("the database in " + data.string() + " was made by PostgreSQL " + have +
                               ", installed is " + want + ": install postgresql-" + have +
                               " or move it with pg_upgrade");
    }

    /// Who may connect: the user of this process only, as benchgate. Written at each start, since that may change.
    void write_access() const {
        write_file(data / "pg_hba.conf", "local all benchgate peer map=svc\n");
        write_file(data / "pg_ident.conf", "svc " + current_user_name() + " benchgate\n");
    }

    std::vector<std::string> server_command() const {
        std::vector<std::string> command{bin / "postgres",
                                         "-D",
                                         data,
                                         "-k",
                                         socket,
                                         "-c",
                                         "listen_addresses=",
                                         "-c",
                                         "max_connections=" + std::to_string(options.max_connections),
                                         "-c",
                                         std::string("fsync=") + (options.fsync ? "on" : "off")};
        for (const auto& [name, value] : options.settings) {
            command.push_back("-c");
            command.push_back(name + "=" + value);
        }
        return command;
    }

    /// The postmaster writes its state into the last line of its lock file: what pg_ctl looks at too.
    bool says_ready(pid_t child) const {
        const std::string lock = read_file(data / "postmaster.pid");
        return first_line(lock) == std::to_string(child) && lock.find("\nready") != std::string::npos;
    }

    /// A server of this data whose service was killed a moment ago takes its time to end, on a busy host many seconds.
    bool former_lives() const {
        const int former = std::atoi(first_line(read_file(data / "postmaster.pid")).c_str());
        if (former <= 1) return false;
        const fs::path proc = fs::path("/proc") / std::to_string(former);
        std::error_code none, other;
        // Its number may be anybody's by now; who works in the data folder is the server.
        const bool here = fs::equivalent(proc / "cwd", data, none);
        return here && !none && fs::exists(proc, other);
    }

    void wait_for_former() const {
        const auto until = std::chrono::steady_clock::now() + options.start_timeout;
        if (former_lives()) say("waiting for the former PostgreSQL of this folder to end");
        while (former_lives() && std::chrono::steady_clock::now() < until)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }

    /// Starts the server and waits for its end. Runs on the watching thread only: the kernel ties the parent's death
    /// signal to the thread that made the child. True if connections were accepted in between.
    bool run_server() {
        const pid_t child = spawn(server_command(), user, log_file);
        bool was_ready = false;
        {
            const std::lock_guard lock(mutex);
            pid = child;
            // A stop that came just before found no child to tell.
            if (stopping) ::kill(child, SIGINT);
        }
        auto limit = std::chrono::steady_clock::now() + options.start_timeout;
        while (true) {
            siginfo_t info{};
            // Left unreaped until the lock is held, so that stop() can never signal a stranger with this id.
            const int result =
                ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT | (was_ready ? 0 : WNOHANG));
            if (result < 0 && errno == EINTR) continue;
            if (result < 0 || info.si_pid == child) break;
            if (says_ready(child)) {
                was_ready = true;
                const std::lock_guard lock(mutex);
                ready = true;
                changed.notify_all();
                continue;
            }
            if (std::chrono::steady_clock::now() > limit) {
                ::kill(child, SIGQUIT);
                limit += options.start_timeout;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        const std::lock_guard lock(mutex);
        int status = 0;
        ::waitpid(child, &status, 0);
        pid = 0;
        ready = false;
        changed.notify_all();
        return was_ready;
    }

    /// Keeps the server up until a stop. One that keeps dying is given more time, but never given up: a service without
    /// a database helps nobody, and what killed it may pass.
    void watch() {
        std::deque<std::chrono::steady_clock::time_point> deaths;
        std::chrono::milliseconds pause{100};
        while (true) {
            if (run_server()) pause = std::chrono::milliseconds{100};
            const auto now = std::chrono::steady_clock::now();
            deaths.push_back(now);
            while (now - deaths.front() > restart_window) deaths.pop_front();
            const bool too_often = static_cast<int>(deaths.size()) > options.max_restarts;
            if (too_often) say("PostgreSQL does not stay up; its last words:\n" + log_tail());
            if (too_often) pause = options.rest;
            std::unique_lock lock(mutex);
            if (changed.wait_for(lock, pause, [&] { return stopping; })) return;
            ++restarts;
            lock.unlock();
            say("PostgreSQL ended unexpectedly and is started again");
            pause = std::min(pause * 2, longest_pause);
        }
    }

    void watch_until_end() {
        std::string reason;
        try {
            watch();
        } catch (const std::exception& error) {
            reason = error.what();
            say(reason);
        }
        const std::lock_guard lock(mutex);
        failure = reason;
        ended = true;
        changed.notify_all();
    }

    void start() {
        wait_for_former();
        watcher = std::thread([this] { watch_until_end(); });
        std::unique_lock lock(mutex);
        changed.wait_for(lock, options.start_timeout, [&] { return ready || ended || restarts > first_restarts; });
        if (ready) return;
        const std::string reason = failure.empty() ? "PostgreSQL did not start in time:\n" + log_tail() : failure;
        lock.unlock();
        stop();
        throw ClusterError(reason);
    }

    void stop() {
        if (!watcher.joinable()) return;
        {
            std::unique_lock lock(mutex);
            stopping = true;
            changed.notify_all();
            if (pid > 0) ::kill(pid, SIGINT);
            if (!changed.wait_for(lock, fast_stop_limit, [&] { return ended; }) && pid > 0) ::kill(pid, SIGQUIT);
        }
        watcher.join();
    }
};

PrivateCluster::PrivateCluster(ClusterOptions options) : state_(std::make_unique<State>(std::move(options))) {
    State& state = *state_;
    state.prepare_folders();
    state.init_data();
    state.write_access();
    state.start();
    const fs::path made = state.options.directory / "database-made";
    if (fs::exists(made)) return;
    try {
        create_database("benchgate");
    } catch (const ClusterError&) {
        // It is there already if an earlier start was cut off between the two.
        if (wait_exit(spawn({state.bin / "psql", connection_string(), "-qtc", "select 1"}, {}, state.log_file)) != 0)
            throw;
    }
    write_file(made, "");
}

PrivateCluster::~PrivateCluster() = default;

std::string PrivateCluster::connection_string(const std::string& database) const {
    return "host=" + quoted(state_->socket.string()) + " port=5432 user=benchgate dbname=" + quoted(database);
}

void PrivateCluster::create_database(const std::string& name, const std::string& from) {
    // As the user of this process, whom pg_ident.conf names.
    const std::vector<std::string> command{
        state_->bin / "createdb",    "-h", state_->socket, "-p", "5432", "-U", "benchgate", "-T", from,
        "--maintenance-db=postgres", name};
    if (wait_exit(spawn(command, {}, state_->log_file)) != 0)
        throw ClusterError("cannot make the database " + name + ":\n" + state_->log_tail());
}

const fs::path& PrivateCluster::programs() const {
    return state_->bin;
}

pid_t PrivateCluster::pid() const {
    const std::lock_guard lock(state_->mutex);
    return state_->pid;
}

int PrivateCluster::restarts() const {
    const std::lock_guard lock(state_->mutex);
    return state_->restarts;
}

fs::path find_programs() {
    fs::path best;
    int best_version = 0;
    std::error_code none;
    for (const fs::directory_entry& entry : fs::directory_iterator("/usr/lib/postgresql", none)) {
        const fs::path bin = entry.path() / "bin";
        const int version = std::atoi(entry.path().filename().c_str());
        if (version <= best_version || !fs::exists(bin / "postgres") || !fs::exists(bin / "initdb")) continue;
        best = bin;
        best_version = version;
    }
    if (best.empty())
        throw ClusterError("no PostgreSQL server is installed: install postgresql-15, or set BENCHGATE_DATABASE_URL");
    return best;
}

fs::path socket_folder(const fs::path& directory) {
    fs::path usual = directory / "run";
    if ((usual / ".s.PGSQL.5432").string().size() <= socket_path_limit) return usual;
    const char* runtime = ::geteuid() == 0 ? nullptr : std::getenv("XDG_RUNTIME_DIR");
    const fs::path base = runtime && *runtime ? fs::path(runtime) : fs::temp_directory_path();
    return base / ("benchgate-" + std::to_string(::geteuid()) + "-" +
                   std::to_string(std::hash<std::string>{}(fs::absolute(directory).string())));
}

}
