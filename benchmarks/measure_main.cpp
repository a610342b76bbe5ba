// What measuring a trial costs, and how true its figures are: programs whose truth is known, run through the same code
// as a suite's. Prints tables; --json FILE writes the figures.

#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <fstream>
#include <map>
#include <thread>
#include <vector>

#include "core/json/json.h"
#include "core/judging/memory_growth.h"
#include "core/model/resources.h"
#include "platform/clock.h"
#include "platform/files.h"
#include "runners/measure/memory_growth.h"
#include "runners/measure/trial_runner.h"
#include "runners/sandbox/bubblewrap.h"
#include "runners/sandbox/direct.h"

namespace {

using namespace benchgate;
using Steady = std::chrono::steady_clock;

constexpr int overhead_rounds = 60;
constexpr int burner_rounds = 15;
constexpr int leak_rounds = 5;
constexpr double burned_ms = 1000;                    // by two processes, half each
constexpr double leaked_per_second = 10.0 * 1048576;  // bytes
constexpr const char* result = R"({"measurements":[{"benchmark":"b","unit":"ns","better":"lower","value":1}]})";

double ms_since(Steady::time_point start) {
    return std::chrono::duration<double, std::milli>(Steady::now() - start).count();
}

double quantile(std::vector<double> values, double share) {
    std::sort(values.begin(), values.end());
    return values.at(static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + 0.5));
}

double own_cpu_ms() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

/// This process and a child, half each.
int burn() {
    const pid_t child = ::fork();
    while (own_cpu_ms() < burned_ms / 2) continue;
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    std::puts(result);
    return 0;
}

/// Touches pages on an absolute schedule, so that a pause is made up for; not by malloc, whose own books would grow
/// too.
int leak(double bytes_per_second) {
    constexpr double seconds = 3;
    const auto size = static_cast<std::size_t>(2 * seconds * bytes_per_second);
    auto* memory = static_cast<char*>(
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (memory == MAP_FAILED) return 1;
    ::madvise(memory, size, MADV_NOHUGEPAGE);
    std::size_t leaked = 0;
    const auto start = Steady::now();
    for (double at = 0; at < seconds; at = ms_since(start) / 1e3) {
        for (; static_cast<double>(leaked) < at * bytes_per_second && leaked < size; leaked += 4096) memory[leaked] = 1;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    std::puts(result);
    return 0;
}

/// The floor: a shell line started and waited for, and nothing else.
double bare_ms(const std::string& line) {
    const auto start = Steady::now();
    std::string words[] = {"/bin/sh", "-c", line};
    char* argv[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0);
    pid_t pid = 0;
    if (::posix_spawn(&pid, "/bin/sh", &actions, nullptr, argv, environ) == 0) ::waitpid(pid, nullptr, 0);
    ::posix_spawn_file_actions_destroy(&actions);
    return ms_since(start);
}

model::Suite suite_of(const std::string& run, std::vector<std::string> measure) {
    model::Suite suite;
    suite.name = "known";
    suite.run = run;
    suite.format = "json";
    suite.measure = std::move(measure);
    return suite;
}

struct Place {
    platform::TempDir directory{"benchgate-measure"};
    explicit Place(sandbox::Sandbox& sandbox) {
        std::filesystem::permissions(directory.path(), std::filesystem::perms(0755));
        std::filesystem::copy_file("/proc/self/exe", directory.path() / "known");
        if (const auto prepared = sandbox.prepare(directory.path()); !prepared)
            throw std::runtime_error(prepared.error().message);
    }
    measure::Sides sides() const { return {directory.path(), directory.path()}; }
};

model::Trial trial_of(measure::TrialRunner& runner) {
    auto trial = runner.run({model::Side::head, {}}, [](std::string_view) {}, {});
    if (!trial) throw std::runtime_error(trial.error().reason);
    return std::move(*trial);
}

/// Everything that can be read without being asked for, and everything that can be asked for.
std::vector<std::vector<std::string>> wishes() {
    std::vector<std::string> all;
    for (const auto word : model::measure_words()) all.emplace_back(word);
    return {{"time"}, all};
}

json::Json overhead(sandbox::Sandbox& sandbox) {
    auto document = json::Json::object();
    const Place place(sandbox);
    const std::string line = fmt::format("echo '{}'", result);
    for (const auto& measure : wishes()) {
        const auto suite = suite_of(line, measure);
        measure::TrialRunner runner(sandbox, suite, place.sides(), {});
        std::vector<double> bare, more;
        trial_of(runner);
        for (int round = 0; round < overhead_rounds; ++round) {
            // Which of the two comes first changes: what one leaves warm helps the other.
            double floor = 0;
            if (round % 2 == 0) floor = bare_ms(line);
            const auto start = Steady::now();
            trial_of(runner);
            const double whole = ms_since(start);
            if (round % 2 == 1) floor = bare_ms(line);
            bare.push_back(floor);
            more.push_back(whole - floor);
        }
        const std::string name = measure.size() == 1 ? "measure: [time]" : "measure: everything";
        fmt::print("{:<12} {:<22} {:>8.2f} {:>10.2f} {:>8.2f} {:>8.2f}\n", sandbox.name(), name, quantile(bare, 0.5),
                   quantile(more, 0.5), quantile(more, 0.9), quantile(more, 1));
        document[measure.size() == 1 ? "time" : "everything"] = quantile(more, 0.5);
    }
    return document;
}

json::Json burner(sandbox::Sandbox& sandbox) {
    const Place place(sandbox);
    const auto suite = suite_of("./known --burn", {"cpu"});
    measure::TrialRunner runner(sandbox, suite, place.sides(), {});
    std::vector<double> off;
    std::string source = "nothing";
    double sum = 0;
    for (int round = 0; round < burner_rounds; ++round) {
        const auto trial = trial_of(runner);
        if (!trial.resources.cpu_ms) return nullptr;
        source = trial.resources.cpu_ms->source;
        off.push_back(std::abs(trial.resources.cpu_ms->value / burned_ms - 1));
        sum += trial.resources.cpu_ms->value;
    }
    fmt::print("{:<12} {:<10} {:>8.0f} {:>10.1f} {:>10.2f} {:>8.2f}\n", sandbox.name(), source, burned_ms,
               sum / burner_rounds, 100 * quantile(off, 0.5), 100 * quantile(off, 1));
    return {{"median", quantile(off, 0.5)}, {"worst", quantile(off, 1)}};
}

json::Json leaker(sandbox::Sandbox& sandbox) {
    const Place place(sandbox);
    const auto suite = suite_of(fmt::format("./known --leak {:.0f}", leaked_per_second), {"memory_growth"});
    measure::TrialRunner runner(sandbox, suite, place.sides(), {});
    std::vector<double> off;
    double sum = 0;
    for (int round = 0; round < leak_rounds; ++round) {
        const auto points = runner.watch_memory(model::Side::head, measure::memory_every, [](std::string_view) {}, {});
        if (!points) throw std::runtime_error(points.error().reason);
        const auto slope = judging::slope_of(judging::settled_part(*points));
        if (!slope) return nullptr;
        sum += slope->value;
        off.push_back(std::abs(slope->value / leaked_per_second - 1));
    }
    fmt::print("{:<12} {:>12.1f} {:>12.1f} {:>10.2f} {:>8.2f}\n", sandbox.name(), leaked_per_second / 1024,
               sum / leak_rounds / 1024, 100 * quantile(off, 0.5), 100 * quantile(off, 1));
    return {{"median", quantile(off, 0.5)}, {"worst", quantile(off, 1)}};
}

json::Json measure_in(sandbox::Sandbox& sandbox, json::Json (*what)(sandbox::Sandbox&)) {
    return sandbox.probe().available ? what(sandbox) : json::Json();
}

int run(const std::string& json_file) {
    sandbox::BubblewrapSandbox bubblewrap;
    sandbox::DirectSandbox direct;
    auto document = json::Json::object();
    const auto table = [&](const char* name, json::Json (*what)(sandbox::Sandbox&)) {
        document[name]["bubblewrap"] = measure_in(bubblewrap, what);
        document[name]["direct"] = measure_in(direct, what);
        fmt::print("\n");
    };
    fmt::print("overhead of a trial, ms: {} pairs with a bare fork and exec of the same line\n", overhead_rounds);
    fmt::print("{:<12} {:<22} {:>8} {:>10} {:>8} {:>8}\n", "sandbox", "", "bare", "more, p50", "p90", "worst");
    table("overhead", overhead);
    fmt::print("processor time of two processes that burn {:.0f} ms, {} trials\n", burned_ms, burner_rounds);
    fmt::print("{:<12} {:<10} {:>8} {:>10} {:>10} {:>8}\n", "sandbox", "source", "truth", "mean", "off % p50", "worst");
    table("burner", burner);
    fmt::print("growth of memory of a known leak, KiB/s, {} runs\n", leak_rounds);
    fmt::print("{:<12} {:>12} {:>12} {:>10} {:>8}\n", "sandbox", "truth", "mean", "off % p50", "worst");
    table("leak", leaker);
    if (!json_file.empty()) std::ofstream(json_file) << json::dump(document, 2) << '\n';
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    try {
        if (!words.empty() && words[0] == "--burn") return burn();
        if (words.size() == 2 && words[0] == "--leak") return leak(std::stod(words[1]));
        return run(words.size() == 2 && words[0] == "--json" ? words[1] : "");
    } catch (const std::exception& error) {
        std::fputs(fmt::format("measure_bench: {}\n", error.what()).c_str(), stderr);
        return 1;
    }
}
