#include "core/formats/regex_format.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <array>

#include "core/formats/text.h"
#include "core/formats/units.h"

namespace benchgate::formats::regex {
namespace {

constexpr std::size_t max_pattern = 1000;
constexpr int max_groups = 16;
constexpr std::int64_t max_memory = 8 << 20;

RE2::Options quiet_options() {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(max_memory);
    return options;
}

std::string pattern_of(std::string_view format) {
    return std::string(format.substr(prefix.size()));
}

/// One match: the groups by their number, each as long as the line lives.
class Match {
  public:
    explicit Match(const RE2& pattern) : pattern_(pattern), groups_(pattern.NumberOfCapturingGroups() + 1) {}
    bool find(std::string_view line) {
        return pattern_.Match({line.data(), line.size()}, 0, line.size(), RE2::UNANCHORED, groups_.data(),
                              static_cast<int>(groups_.size()));
    }
    std::optional<std::string_view> group(const std::string& name) const {
        const auto number = pattern_.NamedCapturingGroups().find(name);
        if (number == pattern_.NamedCapturingGroups().end()) return std::nullopt;
        const auto& text = groups_[static_cast<std::size_t>(number->second)];
        if (text.data() == nullptr) return std::nullopt;
        return trimmed({text.data(), text.size()});
    }

  private:
    const RE2& pattern_;
    std::vector<re2::StringPiece> groups_;
};

}  // namespace

std::optional<std::string> mistake_in(std::string_view format) {
    const auto pattern = pattern_of(format);
    if (pattern.empty() || pattern.size() > max_pattern)
        return fmt::format("regex: a pattern of {} bytes; 1 to {} are allowed", pattern.size(), max_pattern);
    const RE2 compiled(pattern, quiet_options());
    if (!compiled.ok()) return fmt::format("regex: {}", excerpt(compiled.error()));
    if (compiled.NumberOfCapturingGroups() > max_groups) return fmt::format("regex: more than {} groups", max_groups);
    constexpr std::array<std::string_view, 4> known{"name", "metric", "value", "unit"};
    for (const auto& [name, _] : compiled.NamedCapturingGroups())
        if (std::find(known.begin(), known.end(), name) == known.end())
            return fmt::format("regex: unknown group '{}'; known: name, metric, value, unit", excerpt(name, 60));
    if (!compiled.NamedCapturingGroups().contains("value")) return "regex: the group (?P<value>...) is missing";
    return std::nullopt;
}

void read(std::string_view format, std::string_view text, Collector& collector) {
    const RE2 pattern(pattern_of(format), quiet_options());
    if (!pattern.ok()) return collector.refuse("the pattern cannot be compiled");
    Match match(pattern);
    each_line(text, [&](std::string_view line) {
        if (!match.find(line)) return true;
        const std::string name(match.group("name").value_or("result"));
        const auto value = grouped_number(match.group("value").value_or(""));
        if (!value) {
            collector.fail(name, fmt::format("'{}' is not a number", excerpt(match.group("value").value_or(""), 60)));
            return !collector.full();
        }
        const auto stated = match.group("unit").value_or("ns");
        const auto unit = unit_of(stated.empty() ? "count" : stated);
        const auto metric = std::string(match.group("metric").value_or(metric_of(unit)));
        collector.add({name, metric, unit.canonical, better_of(metric, unit.canonical),
                       better_of(metric, unit.canonical) != model::Better::none},
                      *value * unit.factor);
        return !collector.full();
    });
}

}  // namespace benchgate::formats::regex
