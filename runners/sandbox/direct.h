// Owns the way without isolation, for machines where bubblewrap is absent or cannot work, and for people who measure
// their own code: limits of the process, a session of its own, and an end for everything that was started. The code can
// read and write whatever its user can; the job's directory stays under its own name, there is no /src.
#pragma once

#include <memory>

#include "runners/sandbox/sandbox.h"

namespace benchgate::sandbox {

class DirectSandbox final : public Sandbox {
  public:
    DirectSandbox();
    ~DirectSandbox() override;
    std::string_view name() const override { return "direct"; }
    Capabilities probe() override;
    tl::expected<void, SandboxError> prepare(const std::filesystem::path& job_directory) override;
    tl::expected<Result, SandboxError> run(const Command& command, std::stop_token stop = {}) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}
