#pragma once
// Owns one question about the kernel: whether the CPU time of a process holds what the kernel does in interrupts on its
// CPU meanwhile, such as the traffic that it sends to itself. Does not own the counters themselves: that is deltas.h.

#include <filesystem>
#include <optional>

namespace benchgate::host {

/// By the configuration that the kernel was built with: without CONFIG_IRQ_TIME_ACCOUNTING it is charged for them.
/// nullopt: the configuration is not to be had here. Unpacks a file; once for many trials.
std::optional<bool> is_charged_for_interrupts(const std::filesystem::path& root = "/");

}  // namespace benchgate::host
