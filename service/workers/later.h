#pragma once
// Thrown where a stage cannot be done yet for reasons outside of it: the input row stays and is tried again.

#include <chrono>
#include <stdexcept>
#include <string>

namespace benchgate::workers {

struct Later : std::runtime_error {
    Later(const std::string& reason, std::chrono::seconds after) : std::runtime_error(reason), wait(after) {}
    std::chrono::seconds wait;
};

}  // namespace benchgate::workers
