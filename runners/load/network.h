#pragma once
// Owns faults of the network: delay, loss and bandwidth on the loopback of a sandbox, by tc from outside of it, since
// nothing inside has the right to. It never touches the host's own network. Does not own when (inside.cpp tells).

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "core/model/load.h"

namespace benchgate::load {

bool is_network(model::FaultKind kind);

/// Words behind `tc qdisc replace dev lo root`.
std::vector<std::string> qdisc_of(const model::Fault& fault);

class SandboxNetwork {
  public:
    /// Of the namespace that this process is in; `path` is where nsenter and tc are looked for.
    explicit SandboxNetwork(pid_t pid, std::string path = "/usr/sbin:/usr/bin:/sbin:/bin")
        : pid_(pid), path_(std::move(path)) {}
    /// Why it cannot be done here, tried for a moment; nothing where it can.
    std::optional<std::string> unsupported(const model::Fault& fault) const;
    std::optional<std::string> begin(const model::Fault& fault) const;
    std::optional<std::string> end() const;

  private:
    std::optional<std::string> tc(const std::vector<std::string>& words) const;
    pid_t pid_;
    std::string path_;
};

}  // namespace benchgate::load
