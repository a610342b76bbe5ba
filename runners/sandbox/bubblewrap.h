// Owns the isolated way to run a command: bubblewrap with its own user, mount, network, process, IPC and UTS
// namespaces, a seccomp filter, another user where we are root, and cgroups where they can be written. It shares the
// kernel with the host: good against code that is curious or broken, not against one that brings a kernel exploit.
#pragma once

#include <memory>
#include <string>

#include "runners/sandbox/cgroup.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::sandbox {

struct BubblewrapOptions {
    std::string program = "bwrap";
    std::optional<platform::Identity> run_as{};  ///< absent: "nobody" when we are root, else ourselves
};

class BubblewrapSandbox final : public Sandbox {
  public:
    explicit BubblewrapSandbox(BubblewrapOptions options = {});
    ~BubblewrapSandbox() override;
    std::string_view name() const override { return "bubblewrap"; }
    Capabilities probe() override;
    tl::expected<void, SandboxError> prepare(const std::filesystem::path& job_directory) override;
    tl::expected<Result, SandboxError> run(const Command& command, std::stop_token stop = {}) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}
