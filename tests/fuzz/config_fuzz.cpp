// Any bytes given to the configuration's parser: a configuration with a suite, or errors that name a place in the text.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/config/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view yaml(reinterpret_cast<const char*>(data), size);
    const auto parsed = benchgate::config::parse(yaml);
    if (parsed) {
        if (parsed->suites.empty()) std::abort();
        return 0;
    }
    const auto lines = std::count(yaml.begin(), yaml.end(), '\n') + 2;
    if (parsed.error().empty() || parsed.error().size() > benchgate::config::max_errors) std::abort();
    for (const auto& error : parsed.error())
        if (error.line < 1 || error.column < 1 || error.line > lines || error.message.find('\n') != std::string::npos)
            std::abort();
    return 0;
}
