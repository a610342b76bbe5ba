#pragma once
// Gathers what an adapter reads, row by row, into Measurements: merges values of one series in the order they came,
// keeps the bounds, and turns rows that must not be trusted into errors. Knows no format.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/formats/formats.h"

namespace benchgate::formats {

/// One metric of one benchmark, as an adapter knows it before the value.
struct Row {
    std::string benchmark;
    std::string metric;
    std::string_view unit = "ns";  ///< canonical, or the tool's own
    model::Better better = model::Better::lower;
    bool gating = true;
};

class Collector {
  public:
    explicit Collector(const Limits& limits) : limits_(limits) {}

    /// Takes one value. A value that is not finite fails the benchmark if the row gates, else it is left out.
    void add(const Row& row, double value);
    /// Takes many values of one series in their order, each times `factor`; all must be finite and not negative, or the
    /// benchmark fails.
    void add_samples(const Row& row, const std::vector<double>& values, double factor = 1);
    /// Takes a centre that the tool computed; a second one of the same series is an error of the benchmark.
    void add_summary(const Row& row, const model::Summary& summary);
    /// The benchmark failed, or its rows cannot be trusted: whatever values it has are dropped by finish().
    void fail(std::string_view benchmark, const std::string& message);
    /// Parameters shown beside the benchmark; the name already identifies it.
    void set_params(const std::string& benchmark, std::map<std::string, std::string> params);
    void set_order_unknown(const std::string& benchmark, const std::string& metric);

    /// The result as a whole is not what it should be: finish() says so.
    void refuse(std::string message);
    const Limits& limits() const { return limits_; }

    /// A bound was passed: adapters may stop reading, finish() will report it.
    bool full() const { return refused_.has_value(); }
    /// Everything gathered. `nothing` is the message of a result without any benchmark.
    tl::expected<model::Measurements, FormatError> finish(std::string_view nothing);

  private:
    /// The series of one benchmark by their metric: a list, since there are few, and a map beyond that.
    struct Known {
        std::vector<std::size_t> first;
        std::map<std::string, std::size_t, std::less<>> more;
    };
    model::Measurement* series(const Row& row, std::size_t values);
    void note(std::string_view benchmark, std::string shown, const std::string& message);
    Known* admit(const std::string& benchmark);
    std::size_t* place_of(Known& known, std::string_view metric);

    const Limits limits_;
    model::Measurements gathered_;
    std::unordered_map<std::string, Known> benchmarks_;
    std::pair<const std::string, Known>* last_ = nullptr;  ///< the benchmark of the row before: mostly this one's too
    std::set<std::string, std::less<>> failed_;
    std::map<std::string, std::map<std::string, std::string>, std::less<>> params_;
    std::size_t values_ = 0;
    std::size_t errors_left_out_ = 0;
    std::optional<FormatError> refused_;
};

/// Names that may occur again and are then another benchmark: "x", "x #2", "x #3".
class Occurrences {
  public:
    std::string name(const std::string& given);

  private:
    std::map<std::string, std::size_t> seen_;
};

/// "name [a=1, b=2]"; the name alone without parameters.
std::string with_params(std::string_view name, const std::map<std::string, std::string>& params);

/// The parameters that a name spells out: "sort/n:3/threads:2" with ':', "Fib/n=5" with '='.
std::map<std::string, std::string> params_of(std::string_view name, char separator);

/// Valid UTF-8 without control characters: what may be a benchmark's name.
bool printable(std::string_view text);

/// At most `bytes` of a text, with what is not printable replaced by '?'. For messages.
std::string excerpt(std::string_view text, std::size_t bytes = 200);

}  // namespace benchgate::formats
