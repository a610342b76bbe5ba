#include "runners/sandbox/memory.h"

#include <algorithm>
#include <charconv>

#include <unistd.h>

#include "platform/files.h"

namespace benchgate::sandbox {

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

/// "max", or a number near the largest one, is no limit; neither is smaller than any host's memory.
std::uint64_t limit_in(const std::filesystem::path& file) {
    const auto text = platform::read_file(file, 4096);
    std::uint64_t value = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc{}) return UINT64_MAX;
    return value;
}

}

std::uint64_t spared_of(std::uint64_t total) {
    const std::uint64_t kept = std::clamp(total / 10, std::min(total / 4, 512 * mebibyte), 4096 * mebibyte);
    return total - kept;
}

std::uint64_t spare_memory(const CgroupPlaces& places) {
    const long pages = ::sysconf(_SC_PHYS_PAGES), page_bytes = ::sysconf(_SC_PAGE_SIZE);
    if (pages <= 0 || page_bytes <= 0) return 0;
    std::uint64_t total = static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_bytes);
    if (places.unified_memory) total = std::min(total, limit_in(*places.unified / "memory.max"));
    if (places.memory_v1) total = std::min(total, limit_in(*places.memory_v1 / "memory.limit_in_bytes"));
    return spared_of(total);
}

}
