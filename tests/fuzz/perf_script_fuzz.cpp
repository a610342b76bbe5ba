// Any bytes as the output of `perf script`: no crash, no hang, and what was folded can be read again, sample for
// sample.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/formats/perf_script.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace benchgate;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    formats::PerfScriptFolder folder("cpu-clock:u", {.line_bytes = 1000, .stacks = 50, .bytes = 10'000});
    folder.feed(bytes.substr(0, size / 2));
    folder.feed(bytes.substr(size / 2));
    folder.finish();
    if (model::total_of(folder.stacks()) != folder.samples()) std::abort();
    const auto read = model::folded_from(model::folded_text(folder.stacks()));
    if (!read || model::total_of(*read) != folder.samples()) std::abort();
    model::folded_from(bytes);
    return 0;
}
