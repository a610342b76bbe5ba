#include "tests/end_to_end/world.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "platform/crypto.h"

namespace benchgate::end_to_end {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr const char* owner = "maintainer";
constexpr const char* admin_token = "an-admin-token-of-the-tests-only";

/// The service takes an address, not a choice of the kernel's that it could tell us.
int free_port() {
    const platform::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& more) {
    std::vector<std::string> lines;
    for (char** one = environ; *one; ++one)
        if (const std::string line = *one; !line.starts_with("BENCHGATE_") && !line.starts_with("GIT_"))
            lines.push_back(line);
    for (const auto& [name, value] : more) lines.push_back(name + "=" + value);
    return lines;
}

std::string output_of(const platform::SpawnOptions& options) {
    auto outcome = platform::run(options);
    if (!outcome) throw std::runtime_error(outcome.error().message);
    if (!outcome->ok()) throw std::runtime_error(options.argv[0] + ": " + outcome->err.text());
    auto text = outcome->out.text();
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

std::string read(const fs::path& path) {
    return platform::read_file(path, 64u << 20).value_or("");
}

void write(const fs::path& path, const std::string& text, mode_t mode) {
    if (auto written = platform::write_file_atomically(path, text, mode); !written)
        throw std::runtime_error(written.error().message);
}

}  // namespace

bool wait_until(const std::function<bool()>& condition, seconds deadline, std::chrono::milliseconds pause) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    for (;;) {
        if (condition()) return true;
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(pause);
    }
}

std::string config_of(const std::string& build, const std::string& run, const std::string& build_timeout) {
    return fmt::format(
        "suites:\n  quick:\n    build: \"{}\"\n    run: \"{}\"\n    format: json\n    trials: {{ max: 8 }}\n"
        "    timeout: {{ build: {}, trial: 20s, job: 5m }}\n",
        build, run, build_timeout);
}

Files quick_suite(int sorted_ns) {
    std::string bench = R"sh(noise() { n=$(od -An -N2 -tu2 /dev/urandom); echo $(( $1 + $1 * (n % 20) / 1000 )); }
printf '{"measurements":[{"benchmark":"sorted","unit":"ns","samples":[%s]},' "$(noise SORTED)"
printf '{"benchmark":"steady","unit":"ns","samples":[%s]}]}\n' "$(noise 5000)"
)sh";
    bench.replace(bench.find("SORTED"), 6, std::to_string(sorted_ns));
    return {
        {".benchgate.yml", config_of("sh build.sh", "sh bench.sh")}, {"build.sh", "echo built\n"}, {"bench.sh", bench}};
}

std::optional<std::string> World::missing() {
    platform::SpawnOptions options;
    options.argv = {"node", "-p", "process.versions.node.split('.')[0]"};
    const auto version = platform::run(options);
    if (!version || !version->ok() || std::atoi(version->out.text().c_str()) < 20)
        return "Node 20 is missing; ./run test brings it";
    if (!fs::exists(fs::path(LOCAL_GITHUB) / "node_modules"))
        return "the npm packages of tests/local_github are missing; ./run test installs them";
    return std::nullopt;
}

World::World() : folder_("benchgate-e2e-"), http_(platform::make_http_client()) {
    // The private PostgreSQL may run as another user and must reach its own folder inside.
    fs::permissions(folder(), fs::perms(0711));
    fs::create_directories(folder() / "logs");
    port_ = free_port();
    url_ = fmt::format("http://127.0.0.1:{}", port_);
    start_github();
}

World::~World() {
    end();
    if (github_) github_->terminate(seconds(15));
}

void World::end() {
    for (auto* process : {&second_runner_, &runner_, &service_})
        if (*process) (*process)->terminate(seconds(30));
}

platform::Process World::start(const std::string& name, const std::vector<std::string>& command,
                               const std::map<std::string, std::string>& environment) {
    // The log outlives the test's own pipes; standard input stays open, since the local GitHub ends with it.
    const auto stdin_fifo = (folder() / "logs" / (name + ".in")).string();
    ::mkfifo(stdin_fifo.c_str(), 0600);
    platform::SpawnOptions options;
    options.argv = {"sh",
                    "-c",
                    "log=$1; in=$2; shift 2; exec \"$@\" 0<>\"$in\" 1>>\"$log\" 2>>\"$log.err\"",
                    "sh",
                    (folder() / "logs" / name).string(),
                    stdin_fifo};
    options.argv.insert(options.argv.end(), command.begin(), command.end());
    options.environment = environment_with(environment);
    options.out = options.err = platform::StreamTo::nothing;
    auto process = platform::Process::spawn(options);
    if (!process) throw std::runtime_error(process.error().message);
    return std::move(*process);
}

void World::start_github() {
    github_ = start("github", {"node", std::string(LOCAL_GITHUB) + "/start.mjs", "--state",
                               (folder() / "github").string(), "--webhook", url_ + "/webhooks/github"});
    if (!wait_until(
            [&] { return read(folder() / "logs/github").find('\n') != std::string::npos || !github_->running(); }))
        throw std::runtime_error("the local GitHub does not start: " + log_of("github"));
    const auto ready = json::parse(read(folder() / "logs/github"));
    if (!ready) throw std::runtime_error("the local GitHub does not start: " + log_of("github"));
    ready_ = *ready;
    control_url_ = json::text(ready_, "control").value();
    secret_ = json::text(ready_, "webhook_secret").value();
}

std::map<std::string, std::string> World::service_environment() const {
    return {{"BENCHGATE_LISTEN", fmt::format("127.0.0.1:{}", port_)},
            {"BENCHGATE_STATE_DIR", (folder() / "service").string()},
            {"BENCHGATE_GITHUB_URL", json::text(ready_, "api").value()},
            {"BENCHGATE_GITHUB_GIT_URL", json::text(ready_, "git").value()},
            {"BENCHGATE_APP_ID", json::dump(json::at(ready_, "app_id"))},
            {"BENCHGATE_PRIVATE_KEY_FILE", json::text(ready_, "private_key_file").value()},
            {"BENCHGATE_WEBHOOK_SECRET", secret_},
            {"BENCHGATE_ADMIN_TOKEN", admin_token},
            {"BENCHGATE_LEASE_SECONDS", "6"},
            {"BENCHGATE_GITHUB_TIMEOUT", "5"}};
}

void World::start_service(const std::map<std::string, std::string>& more) {
    auto environment = service_environment();
    for (const auto& [name, value] : more) environment[name] = value;
    service_ = start("service", {SERVICE_PROGRAM}, environment);
    if (!wait_until([&] { return get("/readyz").status == 200 || !service_->running(); }) || !service_->running())
        throw std::runtime_error("the service does not start: " + log_of("service"));
}

World::Said World::command(const std::vector<std::string>& words) {
    platform::SpawnOptions options;
    options.argv = {SERVICE_PROGRAM};
    options.argv.insert(options.argv.end(), words.begin(), words.end());
    options.environment = environment_with(service_environment());
    const auto outcome = platform::run(options);
    if (!outcome) throw std::runtime_error(outcome.error().message);
    return {outcome->status.code.value_or(-1), outcome->out.text(), outcome->err.text()};
}

platform::Process World::start_host(const std::string& host, const std::string& log, bool sandboxed) {
    const auto token_file = folder() / (log + ".token");
    if (!fs::exists(token_file)) {
        platform::SpawnOptions options;
        options.argv = {SERVICE_PROGRAM, "runner-token", host};
        options.environment = environment_with(service_environment());
        write(token_file, output_of(options), 0600);
    }
    // Machines that run tests beside other work do not stay as fast as they were.
    std::map<std::string, std::string> environment{{"BENCHGATE_RUNNER_CANARY", "false"}};
    if (sandboxed && fs::exists("/usr/bin/ccache"))
        environment["BENCHGATE_RUNNER_COMPILER_CACHE"] = (folder() / (log + "-compilers")).string();
    // Where no bubblewrap is found, there is none.
    if (!sandboxed) environment["PATH"] = (folder() / "nowhere").string();
    return start(
        log,
        {RUNNER_PROGRAM, "--service", url_, "--token-file", token_file.string(), "--work", (folder() / log).string(),
         "--job-disk", "256MiB", sandboxed ? "--log-level=info" : "--allow-unsandboxed"},
        environment);
}

void World::start_runner(bool sandboxed) {
    runner_ = start_host("bench-1", "runner", sandboxed);
}

void World::start_second_runner(bool sandboxed) {
    second_runner_ = start_host("bench-2", "second-runner", sandboxed);
}

bool World::end_second_runner() {
    return second_runner_ && end_orderly(*second_runner_, seconds(30));
}

bool World::end_orderly(platform::Process& process, seconds patience) {
    ::kill(process.pid(), SIGTERM);
    const auto status = process.wait_until(std::chrono::steady_clock::now() + patience);
    return status && status->ok();
}

std::string World::git(const std::string& name, std::vector<std::string> words) {
    platform::SpawnOptions options;
    options.argv = {"git", "-C", (folder() / "work" / name).string()};
    options.argv.insert(options.argv.end(), words.begin(), words.end());
    options.environment = environment_with({{"GIT_AUTHOR_NAME", "Contributor"},
                                            {"GIT_AUTHOR_EMAIL", "contributor@example.org"},
                                            {"GIT_COMMITTER_NAME", "Contributor"},
                                            {"GIT_COMMITTER_EMAIL", "contributor@example.org"},
                                            {"GIT_CONFIG_GLOBAL", "/dev/null"},
                                            {"GIT_CONFIG_NOSYSTEM", "1"}});
    return output_of(options);
}

void World::make_repository(const std::string& name, const Files& main) {
    const auto work = folder() / "work" / name;
    // All tests share one GitHub: two repositories of one name would be one.
    if (!fs::create_directories(work)) throw std::logic_error("two tests use the repository " + name);
    git(name, {"init", "--quiet", "--initial-branch=main"});
    git(name, {"commit", "--quiet", "--allow-empty", "--message", "Begin"});
    commit(name, "main", main);
    control("POST", "/repositories", {{"owner", owner}, {"name", name}, {"path", work.string()}});
}

std::string World::commit(const std::string& name, const std::string& branch, const Files& files,
                          const std::string& from) {
    if (branch == from)
        git(name, {"checkout", "--quiet", branch});
    else
        git(name, {"checkout", "--quiet", "-b", branch, from});
    for (const auto& [path, content] : files) write(folder() / "work" / name / path, content, 0644);
    git(name, {"add", "--all"});
    git(name, {"commit", "--quiet", "--allow-empty", "--message", "Change " + branch});
    return git(name, {"rev-parse", "HEAD"});
}

Pull World::open_pull(const std::string& name, const std::string& branch) {
    const auto made =
        control("POST", "/pulls",
                {{"owner", owner}, {"name", name}, {"path", (folder() / "work" / name).string()}, {"head", branch}});
    return {name, int(json::integer(made, "number").value()), json::text(made, "head_sha").value()};
}

void World::push(Pull& pull, const std::string& branch) {
    const auto made = control("POST", "/commits",
                              {{"owner", owner},
                               {"name", pull.repository},
                               {"path", (folder() / "work" / pull.repository).string()},
                               {"head", branch},
                               {"number", pull.number}});
    pull.head_sha = json::text(made, "sha").value();
}

json::Json World::control(const std::string& method, const std::string& path, const json::Json& body) {
    platform::HttpRequest request{.method = method, .url = control_url_ + path};
    if (!body.is_null()) request.body = json::dump(body);
    const auto answer = http_->send(request, {});
    if (!answer) throw std::runtime_error(path + ": " + answer.error().message);
    if (answer->status != 200) throw std::runtime_error(path + ": " + answer->body);
    return json::parse(answer->body).value();
}

platform::HttpResponse World::ask(const platform::HttpRequest& request, seconds timeout) {
    auto sent = request;
    sent.url = url_ + request.url;
    sent.timeout = timeout;
    return http_->send(sent, {}).value_or(platform::HttpResponse{});
}

platform::HttpResponse World::get(const std::string& path) {
    return ask({.url = path, .headers = {{"Authorization", std::string("Bearer ") + admin_token}}});
}

platform::HttpResponse World::post(const std::string& path, const std::string& body) {
    return ask(
        {.method = "POST",
         .url = path,
         .headers = {{"Authorization", std::string("Bearer ") + admin_token}, {"Content-Type", "application/json"}},
         .body = body});
}

platform::HttpResponse World::ask_as_runner(const std::string& method, const std::string& path,
                                            const std::string& body) {
    return ask({.method = method,
                .url = "/runner/v1/" + path,
                .headers = {{"Authorization", "Bearer " + runner_token()}, {"Content-Type", "application/json"}},
                .body = body});
}

std::optional<double> World::metric(const std::string& name_and_labels) {
    const auto text = get("/metrics").body;
    const auto at = text.find("\n" + name_and_labels + " ");
    if (at == std::string::npos) return std::nullopt;
    const double value = std::strtod(text.c_str() + at + name_and_labels.size() + 2, nullptr);
    return std::isnan(value) ? std::nullopt : std::optional(value);
}

bool World::calms_down(seconds deadline) {
    return wait_until(
        [&] {
            const auto text = get("/metrics").body;
            for (const auto* idle :
                 {"inbox_deliveries{state=\"waiting\"}", "jobs{state=\"queued\"}", "jobs{state=\"active\"}",
                  "jobs{state=\"unjudged\"}", "outbox_items{state=\"waiting\"}"})
                if (text.find(fmt::format("benchgate_{} 0\n", idle)) == std::string::npos) return false;
            return true;
        },
        deadline);
}

std::size_t World::hits(const std::string& kind, const std::string& method, const std::string& path_end) {
    std::size_t count = 0;
    for (const auto& request : control("GET", "/requests"))
        count += json::text(request, "fault") == kind && json::text(request, "method") == method &&
                 json::text(request, "path").value_or("").ends_with(path_end);
    return count;
}

platform::HttpResponse World::deliver(const std::string& event, const std::string& id, const std::string& body,
                                      const std::string& secret) {
    static constexpr const char* digits = "0123456789abcdef";
    std::string signature = "sha256=";
    for (const unsigned char byte : platform::hmac_sha256(secret.empty() ? secret_ : secret, body))
        (signature += digits[byte >> 4]) += digits[byte & 15];
    return ask({.method = "POST",
                .url = "/webhooks/github",
                .headers = {{"Content-Type", "application/json"},
                            {"User-Agent", "GitHub-Hookshot/tests"},
                            {"X-GitHub-Event", event},
                            {"X-GitHub-Delivery", id},
                            {"X-Hub-Signature-256", signature}},
                .body = body});
}

json::Json World::state(const Pull& pull) {
    return control("GET", fmt::format("/state?owner={}&name={}&number={}", owner, pull.repository, pull.number));
}

std::vector<json::Json> World::checks(const std::string& repository, const std::string& sha, const std::string& name) {
    // Through the emulator's own address: no fault and no record of the door's lies on this way.
    const platform::HttpRequest request{
        .url = fmt::format("{}/repos/{}/{}/commits/{}/check-runs?filter=all&per_page=100",
                           json::text(ready_, "direct").value(), owner, repository, sha),
        .headers = {{"Authorization", "Bearer " + json::text(json::at(ready_, "tokens"), owner).value()}}};
    const auto answer = http_->send(request, {});
    std::vector<json::Json> found;
    const auto document = answer ? json::parse(answer->body).value_or(json::Json::object()) : json::Json::object();
    for (const auto& check : json::at(document, "check_runs"))
        if (json::text(check, "name") == name) found.push_back(check);
    return found;
}

json::Json World::completed_check(const Pull& pull, seconds deadline) {
    json::Json found;
    wait_until(
        [&] {
            for (const auto& check : checks(pull.repository, pull.head_sha))
                if (json::text(check, "status") == "completed") found = check;
            return !found.is_null();
        },
        deadline, github_pause);
    return found;
}

std::string World::runner_token() const {
    return json::text(json::parse(read(folder() / "runner/identity.json")).value(), "token").value();
}

std::string World::log_of(const std::string& name) const {
    return read(folder() / "logs" / name) + read(folder() / "logs" / (name + ".err"));
}

long World::peak_memory(const platform::Process& process) {
    const auto status = read(fmt::format("/proc/{}/status", process.pid()));
    const auto at = status.find("VmHWM:");
    return at == std::string::npos ? 0 : std::atol(status.c_str() + at + 6) / 1024;
}

std::string World::sanitizer_reports() const {
    std::string reports;
    for (const auto* name : {"service", "runner"}) {
        const auto log = log_of(name);
        auto first = std::string::npos;
        for (const auto* words : {": AddressSanitizer", ": LeakSanitizer", ": ThreadSanitizer", ": runtime error: "})
            first = std::min(first, log.find(words));
        if (first == std::string::npos) continue;
        const auto line = log.rfind('\n', first) + 1;  // npos + 1: the first line
        reports += std::string(name) + ": " + log.substr(line, 16'000) + "\n";
    }
    return reports;
}

pid_t World::postgres_pid() const {
    return std::atoi(read(folder() / "service/postgresql/data/postmaster.pid").c_str());
}

std::vector<std::string> World::processes_with(const std::string& word) {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        auto line = read(entry.path() / "cmdline");
        std::replace(line.begin(), line.end(), '\0', ' ');
        std::error_code gone;
        const auto works_in = fs::read_symlink(entry.path() / "cwd", gone).string();
        if ((line + works_in).find(word) != std::string::npos) found.push_back(line + "in " + works_in);
    }
    return found;
}

}  // namespace benchgate::end_to_end
