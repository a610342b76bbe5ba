#include "core/formats/shuffling.h"

namespace benchgate::formats {

std::map<std::string, std::string> shuffling_environment(std::string_view format) {
    if (format == "google-benchmark") return {{"BENCHMARK_ENABLE_RANDOM_INTERLEAVING", "true"}};
    return {};
}

}  // namespace benchgate::formats
