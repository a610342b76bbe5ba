// Any bytes given to any adapter: no crash, no hang, and what was read survives being written and read again. The first
// byte picks the format ('0' the first of the table, and so on; behind the table "auto" and a pattern);
// BENCHGATE_FORMAT picks one for a run of its own (tests/fuzz/each_format.sh).

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/benchgate_json.h"
#include "core/formats/formats.h"

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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto& format = chosen(data[0]);
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto read = formats::read(format, bytes, {.bytes = 1u << 20, .values = 10'000, .benchmarks = 100});
    if (!read) {
        if (read.error().message.empty()) std::abort();
        return 0;
    }
    const auto& measured = read->measurements;
    std::vector<std::string> benchmarks;
    for (const auto& value : measured.values) {
        if (value.samples.empty() == !value.summary.has_value()) std::abort();
        benchmarks.push_back(value.series.key.benchmark);
    }
    formats::filter_expression(format, benchmarks);
    if (measured.values.empty()) return 0;
    const auto again =
        formats::parse("json", benchgate::json::dump(formats::benchgate_json::write(read->format, measured)));
    if (!again || again->values.size() != measured.values.size()) std::abort();
    return 0;
}
