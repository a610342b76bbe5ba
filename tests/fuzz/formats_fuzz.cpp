// Any bytes given to any adapter: no crash, no hang, and what was read survives being written and read again. The first
// byte picks the format ('0' the first of the table, and so on; behind the table "auto" and a pattern);
// BENCHGATE_FORMAT picks one for a run of its own (tests/fuzz/each_format.sh).

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/benchgate_json.h"
#include "core/formats/formats.h"
#include "core/json/document.h"

namespace {

namespace formats = benchgate::formats;

std::vector<std::string> all_names() {
    std::vector<std::string> result;
    for (const auto name : formats::names()) result.emplace_back(name);
    result.emplace_back("auto");
    result.emplace_back("regex:(?P<name>\\w+)[: ] *(took )?(?P<value>[^ ]+) ?(?P<unit>\\w*)");
    return result;
}

const std::string& chosen(std::uint8_t first) {
    static const auto names = all_names();
    static const char* wanted = std::getenv("BENCHGATE_FORMAT");
    if (wanted != nullptr)
        for (const auto& name : names)
            if (name.substr(0, name.find(':')) == wanted) return name;
    return names[static_cast<std::uint8_t>(first - '0') % names.size()];
}

bool is_small(double value) {
    return std::abs(value) < 1e290;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto& format = chosen(data[0]);
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const formats::Limits limits{.bytes = 1u << 20, .values = 10'000, .benchmarks = 100};
    // The two ways in, a half of the inputs each.
    const auto read = size % 2 == 0 ? formats::read(format, bytes, limits)
                                    : formats::read(format, benchgate::json::Padded(std::string(bytes)), limits);
    if (!read) {
        if (read.error().message.empty()) std::abort();
        return 0;
    }
    const auto& measured = read->measurements;
    std::vector<std::string> benchmarks;
    bool scalable = true;  // a unit that one format keeps as it is another reads as thousands
    for (const auto& value : measured.values) {
        scalable = scalable && std::ranges::all_of(value.samples, is_small) &&
                   (!value.summary || (is_small(value.summary->center) && is_small(value.summary->spread.value_or(0))));
        if (value.samples.empty() == !value.summary.has_value()) std::abort();
        benchmarks.push_back(value.series.key.benchmark);
    }
    formats::filter_expression(format, benchmarks);
    if (measured.values.empty() || !scalable) return 0;
    const auto again =
        formats::parse("json", benchgate::json::dump(formats::benchgate_json::write(read->format, measured)));
    if (!again || again->values.size() != measured.values.size()) {
        std::fprintf(stderr, "%s gave %zu values; written as our JSON they read as %zu: %s\n%.*s\n", format.c_str(),
                     measured.values.size(), again ? again->values.size() : 0,
                     again ? "" : again.error().message.c_str(), static_cast<int>(bytes.size()), bytes.data());
        std::abort();
    }
    return 0;
}
