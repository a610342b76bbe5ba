#include "runners/sandbox/sandbox.h"

#include <fmt/format.h>

#include "runners/sandbox/direct.h"

namespace benchgate::sandbox {
std::string Result::describe() const {
    if (timed_out) return fmt::format("took too long and was ended");
    if (exit_code) return fmt::format("exited with status {}", *exit_code);
    if (signal) return fmt::format("was killed by signal {}", *signal);
    return "ended";
}
tl::expected<std::unique_ptr<Sandbox>, SandboxError> choose(const ChooseOptions&) { return std::make_unique<DirectSandbox>(); }
}  // namespace benchgate::sandbox
