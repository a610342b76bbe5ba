// Any bytes given to any adapter: no crash, no hang, and what was read survives being written and read again. The first
// byte picks the format.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/formats/benchgate_json.h"
#include "core/formats/formats.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace formats = benchgate::formats;
    if (size == 0) return 0;
    auto names = formats::names();
    names.emplace_back("auto");
    const auto format = names[data[0] % names.size()];
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto parsed = formats::parse(format, bytes, {.bytes = 1u << 20, .values = 10'000, .benchmarks = 100});
    if (!parsed) return 0;
    std::vector<std::string> benchmarks;
    for (const auto& value : parsed->values) {
        if (value.samples.empty() == !value.summary.has_value()) std::abort();
        benchmarks.push_back(value.series.key.benchmark);
    }
    formats::filter_expression(format, benchmarks);
    if (parsed->values.empty()) return 0;
    const auto again = formats::parse("json", benchgate::json::dump(formats::benchgate_json::write(format, *parsed)));
    if (!again || again->values.size() != parsed->values.size()) std::abort();
    return 0;
}
