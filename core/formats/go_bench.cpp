// The text of `go test -bench` (golang.org/design/14313-benchmark-format). Names keep what Go prints, GOMAXPROCS suffix
// included, behind their package: "example.com/x.BenchmarkFib/n=5-8" (whether a "-8" is a suffix or part of the name
// cannot be told from one line). ns/op -> time, B/op -> allocated_bytes, allocs/op -> allocations gate.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/formats/registry.h"
#include "core/formats/text.h"

namespace benchgate::formats::go_bench {
namespace {

using Fields = std::vector<std::string_view>;
constexpr std::size_t max_units = 1000;

/// A name, a whole number of iterations, and at least one value with its unit.
bool is_result(const Fields& fields) {
    return fields.size() >= 4 && fields[0].starts_with("Benchmark") &&
           number_in<std::int64_t>(fields[1]).value_or(0) > 0;
}

struct Unit {
    std::string metric;
    std::string unit;
    double factor = 1;
    model::Better better = model::Better::none;
    bool primary = false;  ///< one of the three that go itself judges by
};

Unit unit_of(std::string_view text) {
    if (text == "ns/op") return {"time", "ns", 1, model::Better::lower, true};
    if (text == "B/op") return {"allocated_bytes", "bytes", 1, model::Better::lower, true};
    if (text == "allocs/op") return {"allocations", "count", 1, model::Better::lower, true};
    if (text == "MB/s") return {"bytes_per_second", "1/s", 1e6, model::Better::higher, false};
    Unit unit{std::string(text), std::string(text), 1, model::Better::none, false};
    if (text.ends_with("/op")) unit.better = model::Better::lower;
    if (text.ends_with("/s")) unit.better = model::Better::higher;
    if (text.ends_with("-ns/op") || text.ends_with("-ns") || text == "ns") unit.unit = "ns";
    if (text.ends_with("-bytes/op") || text.ends_with("-bytes") || text.ends_with("-B") || text == "bytes")
        unit.unit = "bytes";
    // Metrics that go's own names already took.
    if (text == "time" || text == "allocated_bytes" || text == "allocations" || text == "bytes_per_second")
        unit.metric = "custom_" + unit.metric;
    return unit;
}

class Reader {
  public:
    explicit Reader(Collector& collector) : collector_(collector) {}

    void line(std::string_view text) {
        if (awaits_reason_) {
            awaits_reason_ = false;
            if (text.starts_with("    ")) {
                failures_.back().second +=
                    ": " + excerpt(text.substr(std::min(text.find_first_not_of(' '), text.size())));
                return;
            }
        }
        if (text.starts_with("Benchmark")) return benchmark(fields_of(text));
        if (text.starts_with("pkg:")) {
            const auto fields = fields_of(text.substr(4));
            package_ = fields.empty() ? "" : fields[0];
            raw_name_ = "";
            settle_failures(package_);
        } else if (text.starts_with("Unit ")) {
            unit_line(fields_of(text));
        } else if (text.starts_with("--- FAIL: ")) {
            const auto fields = fields_of(text.substr(10));
            failures_.emplace_back(fields.empty() ? "" : fields[0], "failed");
            awaits_reason_ = true;
        } else if (text.starts_with("FAIL\t") || text.starts_with("ok  \t")) {
            package_end(fields_of(text), text.front() == 'F');
        } else if (text.starts_with("panic: ")) {
            panicked_ = true;
            collector_.fail("", fmt::format("panic: {}", excerpt(text.substr(7))));
        }
    }

    void finish() {
        settle_failures(package_);
        // go leaves the GOMAXPROCS suffix out of a failure; where all results carry the same one, so would this one.
        const auto suffix = suffixes_.size() == 1 ? *suffixes_.begin() : std::string();
        for (const auto& [name, message] : failed_) collector_.fail(name + suffix, message);
        for (const auto& [name, line] : broken_)
            if (!measured_.contains(name))
                collector_.fail(name, "its line holds no figures; did the benchmark print into it?");
    }

  private:
    std::string qualified(std::string_view name, std::string_view package) const {
        return package.empty() ? std::string(name) : fmt::format("{}.{}", package, name);
    }

    /// go prints "--- FAIL" before it names the package: failures wait for the next line that does.
    void settle_failures(std::string_view package) {
        for (const auto& [name, message] : failures_) {
            if (name.starts_with("Benchmark")) {
                failed_.emplace_back(qualified(name, package), message);
            } else {
                collector_.fail("", fmt::format("{} {}", excerpt(name), message));
            }
        }
        failed_in_package_ = failed_in_package_ || !failures_.empty();
        failures_.clear();
        awaits_reason_ = false;
    }

    void package_end(const Fields& fields, bool failed) {
        if (fields.size() < 2) return;
        settle_failures(fields[1]);
        if (failed && !failed_in_package_ && !panicked_) {
            std::string rest;
            for (std::size_t i = 2; i < fields.size(); ++i) rest += " " + std::string(fields[i]);
            collector_.fail("", fmt::format("package {} failed{}", fields[1], rest));
        }
        failed_in_package_ = panicked_ = false;
        package_.clear();
        raw_name_ = "";
    }

    /// "Unit kreq/s better=higher assume=exact"
    void unit_line(const Fields& fields) {
        if (fields.size() < 3 || units_.size() >= max_units) return;
        for (const auto field : fields)
            if (field.starts_with("better="))
                if (const auto better = model::better_from(field.substr(7))) units_[std::string(fields[1])] = *better;
    }

    void benchmark(const Fields& fields) {
        // With -count, line after line is of one benchmark: what its name says is looked up once.
        const bool again = !raw_name_.empty() && fields[0] == raw_name_;
        if (!again) name_ = qualified(fields[0], package_);
        raw_name_ = "";
        const auto& name = name_;
        if (!is_result(fields)) {
            // It failed after its first iteration, whose name was printed already.
            if (fields.size() >= 3 && fields[1] == "---" && fields[2] == "FAIL:") {
                failed_in_package_ = true;
                return collector_.fail(name, "failed");
            }
            // A name alone comes with -v. With words behind it, the benchmark's own output broke the line.
            const bool could_be = fields[0].size() > 9 && !(fields[0][9] >= 'a' && fields[0][9] <= 'z');
            if (could_be && fields.size() > 1 && broken_.size() < max_units) broken_.emplace(name, 0);
            return;
        }
        if (!again) measured_.insert(name);
        if (fields.size() % 2 != 0) return collector_.fail(name, "a value without its unit");
        bool has_time = false;
        for (std::size_t i = 3; i < fields.size(); i += 2) has_time = has_time || fields[i] == "ns/op";
        for (std::size_t i = 2; i + 1 < fields.size(); i += 2) {
            const auto value = number_in<double>(fields[i]);
            if (!value) return collector_.fail(name, "a value that is not a number");
            for (std::size_t before = 3; before < i; before += 2)
                if (fields[before] == fields[i + 1]) return collector_.fail(name, "the same unit twice in a line");
            add(name, *value, fields[i + 1], has_time);
        }
        if (!again) keep_params(fields[0]);
        raw_name_ = fields[0];
    }

    void keep_params(std::string_view raw) {
        auto params = params_of(raw, '=');
        split_processors(raw, params);
        const auto processors = params.find("gomaxprocs");
        if (suffixes_.size() < 2) suffixes_.insert(processors == params.end() ? "" : "-" + processors->second);
        collector_.set_params(name_, std::move(params));
    }

    void add(const std::string& name, double value, std::string_view text, bool has_time) {
        auto unit = unit_of(text);
        bool stated = false;
        if (const auto known = units_.find(text); known != units_.end()) {
            unit.better = known->second;
            stated = true;
        }
        // A custom metric gates when its direction was stated, or when it replaces the missing ns/op.
        const bool gating = unit.better != model::Better::none && (unit.primary || stated || !has_time);
        collector_.add({name, unit.metric, unit.unit, unit.better, gating}, value * unit.factor);
    }

    /// By convention a trailing "-8" is GOMAXPROCS; shown as a parameter, while the name keeps it.
    static void split_processors(std::string_view name, std::map<std::string, std::string>& params) {
        const auto dash = name.rfind('-');
        if (dash == std::string_view::npos || name.size() - dash > 5) return;
        const auto digits = name.substr(dash + 1);
        if (!number_in<int>(digits) || digits.front() < '1' || digits.front() > '9') return;
        // "n=5-2": the last key's value took the suffix along.
        for (auto& [key, value] : params)
            if (name.ends_with(fmt::format("/{}={}", key, value)))
                value = value.substr(0, value.size() - digits.size() - 1);
        params.emplace("gomaxprocs", digits);
    }

    Collector& collector_;
    std::string package_;
    std::string_view raw_name_;  ///< of the line before, if it was a good one
    std::string name_;
    std::vector<std::pair<std::string, std::string>> failures_;
    std::vector<std::pair<std::string, std::string>> failed_;
    std::set<std::string> suffixes_;
    std::map<std::string, model::Better, std::less<>> units_;
    std::map<std::string, int> broken_;
    std::set<std::string> measured_;
    bool awaits_reason_ = false;
    bool failed_in_package_ = false;
    bool panicked_ = false;
};

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (std::string_view("\\^$.|?*+()[]{}").find(c) != std::string_view::npos) result += '\\';
        result += c;
    }
    return result;
}

/// The levels of a name: what go matches one by one.
Fields levels_of(std::string_view name) {
    Fields levels;
    for (;;) {
        const auto slash = name.find('/');
        levels.push_back(name.substr(0, slash));
        if (slash == std::string_view::npos) return levels;
        name.remove_prefix(slash + 1);
    }
}

/// Without its package: go matches names inside each package.
std::string_view unqualified(std::string_view name) {
    if (name.starts_with("Benchmark")) return name;
    const auto at = name.find(".Benchmark");
    return at == std::string_view::npos ? name : name.substr(at + 1);
}

bool recognise(std::string_view bytes) {
    bool found = false;
    each_line(bytes, [&](std::string_view line) {
        found = line.starts_with("Benchmark") && is_result(fields_of(line));
        found = found || line.starts_with("--- FAIL: Benchmark");
        return !found;
    });
    return found;
}

void read(std::string_view bytes, Collector& collector) {
    Reader reader(collector);
    each_line(bytes, [&](std::string_view line) {
        reader.line(line);
        return !collector.full();
    });
    reader.finish();
}

std::string filter_expression(const std::vector<std::string>& benchmarks) {
    if (benchmarks.empty()) return ".";
    std::vector<std::set<std::string>> levels;
    std::size_t common = SIZE_MAX;
    for (const auto& benchmark : benchmarks) {
        const auto own = levels_of(unqualified(benchmark));
        common = std::min(common, own.size());
        for (std::size_t i = 0; i < own.size(); ++i) {
            if (levels.size() <= i) levels.emplace_back();
            levels[i].insert(escaped(own[i]));
            // The last level may end in a GOMAXPROCS suffix, which go does not match against.
            const auto dash = own[i].rfind('-');
            const bool digits = dash != std::string_view::npos && dash + 1 < own[i].size() &&
                                own[i].find_first_not_of("0123456789", dash + 1) == std::string_view::npos;
            if (i + 1 == own.size() && digits) levels[i].insert(escaped(own[i].substr(0, dash)));
        }
    }
    std::string expression;
    // Beyond the shortest name go must not filter: it would ask levels of a benchmark that another one does not have.
    for (std::size_t i = 0; i < std::min(common, levels.size()); ++i)
        expression += fmt::format("{}^({})$", i == 0 ? "" : "/", fmt::join(levels[i], "|"));
    return expression;
}

}  // namespace
}  // namespace benchgate::formats::go_bench

namespace benchgate::formats {
const Format go_format{"go", nullptr, nullptr, go_bench::recognise, go_bench::read, go_bench::filter_expression};
}  // namespace benchgate::formats
