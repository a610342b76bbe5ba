#include "runners/load/tools.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>

#include "core/formats/formats.h"
#include "runners/load/objectives.h"

namespace benchgate::load {
namespace {

std::string shell_word(std::string_view text) {
    std::string word = "'";
    for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return word + "'";
}

/// pgbench itself tells a mean only. Its log has every transaction, its time in microseconds in the third column.
constexpr std::string_view pgbench_percentiles =
    "status=$?; cat $log.* | awk '$3 ~ /^[0-9]+$/ {print $3}' | sort -n | awk '{t[++n] = $1} "
    "END {m = split(\"50 90 95 99 100\", p, \" \"); "
    "for (i = 1; n && i <= m; ++i) print \"benchgate-percentile\", p[i], t[int((p[i] * n + 99) / 100)]}'; "
    "rm -f $log.*; exit $status";

/// Tools count whole seconds.
long seconds_of(std::chrono::milliseconds length) {
    return std::max(1L, static_cast<long>((length.count() + 999) / 1000));
}

struct Asked {
    const model::LoadGenerator& load;
    std::string program, target, options;
    int clients = 1;
    std::optional<double> rate;
    long seconds = 1;
    int threads = 1;
};

/// As every tool reads it, without an exponent.
std::string plain(double number) {
    auto text = fmt::format("{:.6f}", number);
    text.erase(text.find_last_not_of('0') + 1);
    return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

/// autocannon opens no more connections than requests a second, and counts both in whole numbers.
std::string whole(double number) {
    return fmt::format("{:.0f}", std::max(1.0, number));
}

/// vegeta takes whole numbers in a unit of time.
std::string vegeta_rate(std::optional<double> rate) {
    if (!rate) return "0";
    return *rate == std::floor(*rate) ? fmt::format("{:.0f}", *rate) : fmt::format("{:.0f}/1000s", 1000 * *rate);
}

std::string line_of(const Asked& a) {
    const auto& tool = a.load.tool;
    const auto rate = [&](const char* option, double part) {
        return a.rate ? fmt::format(" {}{}", option, plain(*a.rate * part)) : std::string();
    };
    if (tool == "wrk")
        return fmt::format("{} -t{} -c{} -d{}s --latency{} {}", a.program, a.threads, a.clients, a.seconds, a.options,
                           a.target);
    if (tool == "hey")  // -q is of each worker
        return fmt::format("{} -z {}s -c {}{}{} {}", a.program, a.seconds, a.clients, rate("-q ", 1.0 / a.clients),
                           a.options, a.target);
    if (tool == "ab")  // -t alone ends after 50,000 requests, and must stand before -n
        return fmt::format("{} -q -l -t {} -n 20000000 -c {}{} {}", a.program, a.seconds, a.clients, a.options,
                           a.target);
    // At a rate, and without -C, it adds answers that never were: of a server that takes 50 ms it then tells a median
    // of 27.
    if (tool == "autocannon")
        return fmt::format("{} -j --no-progress -d {} -c {}{}{} {}", a.program, a.seconds, a.clients,
                           a.rate ? " -C -R " + whole(*a.rate) : "", a.options, a.target);
    if (tool == "pgbench")
        return fmt::format("log=/tmp/benchgate-pgbench.$$; {} -n -l --log-prefix=$log -T {} -c {} -j {}{}{} {}; {}",
                           a.program, a.seconds, a.clients, a.threads, rate("-R ", 1), a.options, a.target,
                           pgbench_percentiles);
    if (tool == "locust")
        return fmt::format("{} --headless --only-summary -u {} -r {} -t {}s -f {}{} 2>&1", a.program, a.clients,
                           a.clients, a.seconds, a.target, a.options);
    if (tool == "k6")  // a crossed threshold ends it with status 99, and its figures are there all the same
        return fmt::format(
            "json=/tmp/benchgate-k6.$$; {} run --quiet --no-usage-report --vus {} --duration {}s "
            "--summary-trend-stats 'avg,min,med,max,p(90),p(95),p(99)' --summary-export=$json{} {} >&2; "
            "status=$?; cat $json; rm -f $json; exit $status",
            a.program, a.clients, a.seconds, a.options, a.target);
    // vegeta
    // Without a rate their number is the load; at one they must not run out, or requests wait where nobody counts it.
    return fmt::format("echo GET {} | {} attack -rate={} -{}workers={} -duration={}s{} | {} report -type=json",
                       a.target, a.program, vegeta_rate(a.rate), a.rate ? "" : "max-", a.clients, a.seconds, a.options,
                       a.program);
}

bool is_threaded(std::string_view tool) {
    return tool == "wrk" || tool == "hey" || tool == "pgbench" || tool == "k6" || tool == "vegeta";
}

/// Of k6: how its script goes round and what it moves, not how the service answers.
bool is_of_the_script(std::string_view metric) {
    static constexpr std::array<std::string_view, 7> own{
        "iteration_duration", "iterations", "group_duration", "data_sent", "data_received", "vus", "vus_max"};
    return std::find(own.begin(), own.end(), metric.substr(0, metric.find('{'))) != own.end();
}

/// One benchmark of the tool's is the stage; of several each has its own name below it, and a sum is the stage: a row
/// of locust's, what pgbench says of all its scripts, and k6's three metrics of all requests.
std::string name_of(const ToolCall& call, const std::string& theirs, bool is_only) {
    static constexpr std::array<std::string_view, 3> of_all_requests{"http_req_duration", "http_req_failed",
                                                                     "http_reqs"};
    const bool is_sum = call.format == "k6"
                            ? std::find(of_all_requests.begin(), of_all_requests.end(), theirs) != of_all_requests.end()
                            : theirs == (call.format == "pgbench" ? "multiple scripts" : "Aggregated");
    if (is_only || is_sum) return call.benchmark;
    return theirs.empty() ? call.benchmark : call.benchmark + "/" + theirs;
}

bool says_nothing_succeeded(const model::MeasurementError& error) {
    return !error.benchmark.empty() &&
           (error.message.starts_with("all ") || error.message.starts_with("no request was answered"));
}

std::string first_line(const std::string& text) {
    const auto start = text.find_first_not_of(" \t\r\n");
    if (start == std::string::npos) return "";
    return text.substr(start, std::min<std::size_t>(text.find('\n', start) - start, 300));
}

void rename(model::Measurement& value, const ToolCall& call, bool is_only) {
    value.series.key.benchmark = name_of(call, value.series.key.benchmark, is_only);
    if (call.closed_loop && value.series.unit == "ns") value.series.key.metric += model::closed_loop_suffix;
}

}  // namespace

std::vector<ToolCall> calls_of(const model::LoadGenerator& load, const Stage& stage, int cpus) {
    const auto parts = split_by_weight(stage.level, load.targets);
    std::vector<ToolCall> calls;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto& target = load.targets[i];
        Asked asked{load,
                    shell_word(load.program.empty() ? load.tool : load.program),
                    shell_word(target.address),
                    "",
                    parts[i].clients.value_or(1),
                    parts[i].rate,
                    seconds_of(stage.length),
                    1};
        if (!load.options.empty()) asked.options = " " + load.options;
        // A connection string may be empty in pgbench's eyes, never in the shell's.
        asked.threads = is_threaded(load.tool) ? std::clamp(cpus, 1, asked.clients) : 1;
        ToolCall call;
        call.line = line_of(asked);
        call.format = load.tool;
        call.closed_loop = model::is_closed_loop(load.tool, parts[i].rate.has_value());
        call.threads = asked.threads;
        call.stage = stage.name;
        call.benchmark = target.name.empty() ? stage.name : stage.name + "/" + target.name;
        calls.push_back(std::move(call));
    }
    return calls;
}

std::string where_to_get(std::string_view tool) {
    if (tool == "ab") return "apt-get install apache2-utils";
    if (tool == "pgbench") return "apt-get install postgresql-15";
    if (tool == "locust") return "apt-get install python3-locust";
    if (tool == "wrk" || tool == "hey") return fmt::format("apt-get install {}", tool);
    if (tool == "autocannon") return "npm install -g autocannon, or name one of the repository as load.program";
    return fmt::format("it is not in Debian: install {} below /usr, or name one of the repository as load.program",
                       tool);
}

bool exits_with_failures(std::string_view tool) {
    return tool == "locust" || tool == "k6" || tool == "pgbench";
}

bool clients_gave_up(std::string_view tool, int exit_code) {
    return tool == "pgbench" && exit_code == 2;
}

namespace {

/// What the line behind pgbench adds to its figures.
void add_percentiles(const std::string& text, const ToolCall& call, model::Measurements& figures) {
    constexpr std::string_view mark = "benchgate-percentile ";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
        int rank = 0;
        double microseconds = 0;
        if (std::sscanf(text.c_str() + at + mark.size(), "%d %lf", &rank, &microseconds) != 2) continue;
        model::Measurement value;
        value.series = {
            {call.benchmark, rank == 100 ? "max" : fmt::format("p{}", rank)}, "ns", model::Better::lower, rank == 99};
        if (call.closed_loop) value.series.key.metric += model::closed_loop_suffix;
        value.params["loop"] = call.closed_loop ? "closed" : "open";
        value.samples = {1e3 * microseconds};
        figures.values.push_back(std::move(value));
    }
}

}  // namespace

tl::expected<model::Measurements, std::string> read_output(const model::LoadGenerator& load, const ToolCall& call,
                                                           const ToolOutput& output) {
    if (output.exit_code == 127 || output.exit_code == 126)
        return tl::unexpected(fmt::format("{} is not installed here, or cannot be run ({}): {}", load.tool,
                                          first_line(output.err), where_to_get(load.tool)));
    // Failed transactions alone are no reason for it to exit otherwise than with 0.
    if (clients_gave_up(load.tool, output.exit_code))
        return tl::unexpected("pgbench: clients gave up, and its figures are those of the others; it said: " +
                              first_line(output.err));
    auto parsed = formats::parse(call.format, output.out);
    if (!parsed || (output.exit_code != 0 && !exits_with_failures(load.tool))) {
        const auto words = first_line(output.err.empty() ? output.out : output.err);
        const auto what = output.exit_code == 0 ? ": " + parsed.error().message
                                                : fmt::format(" ended with exit status {}", output.exit_code);
        return tl::unexpected(fmt::format("{}{}{}", load.tool, what, words.empty() ? "" : "; it said: " + words));
    }
    model::Measurements figures;
    std::set<std::string> names;
    for (const auto& value : parsed->values) names.insert(value.series.key.benchmark);
    for (auto& value : parsed->values) {
        if (load.tool == "k6" && is_of_the_script(value.series.key.benchmark)) continue;
        rename(value, call, names.size() == 1);
        value.params["loop"] = call.closed_loop ? "closed" : "open";
        const auto& key = value.series.key;
        // The other tools say it as an error.
        if (load.tool == "k6" && key == model::SeriesKey{call.benchmark, "error_rate"} &&
            model::trial_value(value) >= 1)
            figures.errors.push_back({call.benchmark, std::string(nothing_succeeded) + "all requests failed"});
        figures.values.push_back(std::move(value));
    }
    if (load.tool == "pgbench") add_percentiles(output.out, call, figures);
    const auto failing = std::count_if(parsed->errors.begin(), parsed->errors.end(), says_nothing_succeeded);
    for (auto& error : parsed->errors) {
        if (says_nothing_succeeded(error)) {
            const auto name = name_of(call, error.benchmark, names.empty() && failing == 1);
            figures.values.push_back(
                {{{name, "error_rate"}, "ratio", model::Better::lower, true}, {}, {1.0}, {}, true});
            // One kind of request that always fails is a figure; the others of the stage may have succeeded.
            const auto prefix = name == call.benchmark ? nothing_succeeded : std::string_view();
            figures.errors.push_back({name, std::string(prefix) + error.message});
        } else if (!error.benchmark.empty() && names.empty()) {
            return tl::unexpected(fmt::format("{}: {}", load.tool, error.message));
        } else {
            figures.errors.push_back({"", fmt::format("{}: {}", call.benchmark, error.message)});
        }
    }
    return figures;
}

}  // namespace benchgate::load
