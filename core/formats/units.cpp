#include "core/formats/units.h"

#include <array>

#include "core/formats/text.h"
#include "core/model/metrics.h"
#include "core/model/units.h"

namespace benchgate::formats {

Unit unit_of(std::string_view text) {
    struct Other {
        std::string_view name;
        double factor;
        std::string_view canonical;
    };
    static constexpr std::array<Other, 22> others{
        {{"Percent", 0.01, "ratio"},  {"percent", 0.01, "ratio"},  {"ops/s", 1, "1/s"},
         {"ops/sec", 1, "1/s"},       {"op/s", 1, "1/s"},          {"iter/sec", 1, "1/s"},
         {"req/s", 1, "1/s"},         {"requests/s", 1, "1/s"},    {"1/s", 1, "1/s"},
         {"ratio", 1, "ratio"},       {"count", 1, "count"},       {"Bytes", 1, "bytes"},
         {"byte", 1, "bytes"},        {"Kilobytes", 1e3, "bytes"}, {"kilobytes", 1e3, "bytes"},
         {"Megabytes", 1e6, "bytes"}, {"megabytes", 1e6, "bytes"}, {"Gigabytes", 1e9, "bytes"},
         {"gigabytes", 1e9, "bytes"}, {"integer", 1, "count"},     {"ns/iter", 1, "ns"},
         {"ns/op", 1, "ns"}}};
    for (const auto& other : others)
        if (other.name == text) return {other.factor, std::string(other.canonical)};
    if (const auto nanoseconds = nanoseconds_in(text)) return {*nanoseconds, "ns"};
    if (const auto scale = model::unit_scale(text)) return {scale->factor, std::string(scale->canonical)};
    return {1, std::string(text)};
}

model::Better better_of(std::string_view metric, std::string_view canonical) {
    const auto kind = model::metric_kind(metric);
    if (kind && kind->better != model::Better::none && (kind->unit.empty() || kind->unit == canonical))
        return kind->better;
    if (canonical == "ns" || canonical == "bytes") return model::Better::lower;
    return canonical == "1/s" ? model::Better::higher : model::Better::none;
}

std::string_view metric_of(const Unit& unit) {
    if (unit.canonical == "ns") return "time";
    if (unit.canonical == "bytes") return "size";
    return unit.canonical == "1/s" ? "throughput" : "value";
}

}  // namespace benchgate::formats
