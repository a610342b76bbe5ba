#include "runners/host/interrupt_time.h"

#include <string>

#include "platform/files.h"
#include "platform/process.h"

namespace benchgate::host {
namespace {

constexpr std::size_t most_config_bytes = 4u << 20;

/// Part of the running kernel, where it was built so.
std::optional<std::string> kept_by_the_kernel(const std::filesystem::path& root) {
    platform::SpawnOptions unpack;
    unpack.argv = {"gzip", "-dc", (root / "proc/config.gz").string()};
    const auto unpacked = platform::run(
        unpack,
        {.wall_limit = std::chrono::seconds(10), .keep_bytes = most_config_bytes, .output_limit = most_config_bytes});
    if (!unpacked || !unpacked->ok()) return std::nullopt;
    return unpacked->out.text();
}

/// Beside it, as distributions install it.
std::optional<std::string> installed(const std::filesystem::path& root) {
    auto release = platform::read_file(root / "proc/sys/kernel/osrelease", 4096);
    if (!release) return std::nullopt;
    while (release->ends_with('\n')) release->pop_back();
    auto text = platform::read_file(root / "boot" / ("config-" + *release), most_config_bytes);
    return text ? std::optional(std::move(*text)) : std::nullopt;
}

}  // namespace

std::optional<bool> is_charged_for_interrupts(const std::filesystem::path& root) {
    auto config = kept_by_the_kernel(root);
    if (!config) config = installed(root);
    if (!config || config->find("CONFIG_") == std::string::npos) return std::nullopt;
    return ("\n" + *config).find("\nCONFIG_IRQ_TIME_ACCOUNTING=y") == std::string::npos;
}

}  // namespace benchgate::host
