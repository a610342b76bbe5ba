#include "runners/load/pressure.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "platform/files.h"

namespace benchgate::load {
namespace {

using model::FaultKind;

constexpr const char* scratch = ".benchgate-pressure";  // on the disk that the service has, not in /tmp's memory
constexpr double default_disk_bytes = 256e6;
constexpr double largest_share = 0.9;  // of what is free

/// MemAvailable, as the kernel reckons it; 0: it does not say.
double free_memory_bytes() {
    const auto text = platform::read_file("/proc/meminfo", 64 << 10);
    const auto at = text ? text->find("MemAvailable:") : std::string::npos;
    return at == std::string::npos ? 0 : 1024.0 * std::strtod(text->c_str() + at + 13, nullptr);
}

/// More than there is would end what is measured, or this host's other programs, instead of pressing on it.
std::optional<std::string> more_than_there_is(const model::Fault& fault, double memory) {
    struct statvfs disk {};
    const bool is_disk = fault.kind == FaultKind::disk;
    if (fault.kind != FaultKind::memory && (!is_disk || ::statvfs(scratch, &disk) != 0)) return std::nullopt;
    const double there_is = is_disk ? static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize) : memory;
    if (there_is <= 0 || fault.amount <= largest_share * there_is) return std::nullopt;
    return fmt::format("{:.0f} MB are asked for, and {:.0f} MB are free here; at most {:.0f} % of that are taken",
                       fault.amount / 1e6, there_is / 1e6, 100 * largest_share);
}

/// Why there is none; nothing: it is there.
std::optional<std::string> make_scratch() {
    std::error_code code;
    std::filesystem::create_directory(scratch, code);
    if (code) return fmt::format("no folder for stress-ng: {}", code.message());
    return std::nullopt;
}

std::string last_line(const std::string& text) {
    const auto end = text.find_last_not_of(" \r\n");
    if (end == std::string::npos) return "it said nothing";
    const auto start = text.find_last_of('\n', end);
    return text.substr(start == std::string::npos ? 0 : start + 1, std::min<std::size_t>(end - start, 300));
}

}  // namespace

bool is_pressure(FaultKind kind) {
    return kind == FaultKind::cpu || kind == FaultKind::memory || kind == FaultKind::disk || kind == FaultKind::io;
}

std::vector<std::string> stress_options(const model::Fault& fault, int cpus, double memory_bytes) {
    const auto amount = [&](double otherwise) {
        return fmt::format("{:.0f}", fault.amount > 0 ? fault.amount : otherwise);
    };
    switch (fault.kind) {
        case FaultKind::cpu:
            return {"--cpu", amount(std::max(1, cpus))};
        case FaultKind::memory:
            return {"--vm", "1", "--vm-keep", "--vm-bytes", amount(std::max(64e6, memory_bytes / 4))};
        case FaultKind::disk:
            return {"--hdd", "1", "--hdd-bytes", amount(default_disk_bytes)};
        default:
            return {"--iomix", amount(1), "--iomix-bytes", "64m"};
    }
}

double Pressure::memory_bytes() const {
    const double free = free_memory_bytes();
    return memory_limit_ > 0 && free > 0 ? std::min(free, memory_limit_) : std::max(free, memory_limit_);
}

platform::SpawnOptions Pressure::command(const model::Fault& fault, const std::vector<std::string>& more) const {
    platform::SpawnOptions options;
    options.argv = {"stress-ng", "--quiet", "--temp-path", scratch};
    const int cpus = std::max<int>(1, static_cast<int>(cpus_.size()));
    for (const auto& words : {stress_options(fault, cpus, memory_bytes()), more})
        options.argv.insert(options.argv.end(), words.begin(), words.end());
    options.cpus = cpus_;
    options.reap_descendants = true;
    options.err_into_out = true;
    return options;
}

Pressure::~Pressure() {
    clear();
}

void Pressure::clear() {
    process_.reset();  // its destruction kills the tree and waits for it
    std::error_code ignored;
    std::filesystem::remove_all(scratch, ignored);
}

std::optional<std::string> Pressure::unsupported(const model::Fault& fault) const {
    if (auto why = make_scratch()) return why;
    if (auto why = more_than_there_is(fault, memory_bytes())) return why;
    // One operation of the very kind.
    auto tried = fault;
    tried.amount = fault.kind == FaultKind::memory || fault.kind == FaultKind::disk ? 8 << 20 : 1;
    const std::string_view stressor = fault.kind == FaultKind::cpu      ? "--cpu-ops"
                                      : fault.kind == FaultKind::memory ? "--vm-ops"
                                      : fault.kind == FaultKind::disk   ? "--hdd-ops"
                                                                        : "--iomix-ops";
    platform::Supervision limits;
    limits.wall_limit = std::chrono::seconds(10);
    limits.grace = std::chrono::milliseconds(100);
    const auto outcome = platform::run(command(tried, {std::string(stressor), "1", "--timeout", "5"}), limits);
    if (!outcome) return outcome.error().message + " (apt-get install stress-ng)";
    if (!outcome->ok()) return "stress-ng: " + last_line(outcome->out.text());
    return std::nullopt;
}

std::optional<std::string> Pressure::begin(const model::Fault& fault) {
    if (auto why = make_scratch()) return why;
    const auto seconds = (fault.length.count() + 999) / 1000 + 5;  // it is ended before that
    auto process = platform::Process::spawn(command(fault, {"--timeout", std::to_string(seconds)}));
    if (!process) return process.error().message;
    process_ = std::move(*process);
    return std::nullopt;
}

std::optional<std::string> Pressure::end() {
    if (!process_) return std::nullopt;
    std::optional<std::string> why;
    if (process_->try_wait()) {
        char text[4096];
        const ssize_t count = ::read(process_->out_fd(), text, sizeof text);
        why = "stress-ng ended by itself: " +
              last_line(std::string(text, count > 0 ? static_cast<std::size_t>(count) : 0));
    }
    clear();
    return why;
}

}  // namespace benchgate::load
