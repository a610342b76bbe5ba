#pragma once
// Owns pressure on the service's CPUs, memory and disk: stress-ng beside it, in the same sandbox. Each kind is tried
// before it is relied upon. Does not own when (inside.cpp).

#include <optional>
#include <string>
#include <vector>

#include "core/model/load.h"
#include "platform/process.h"

namespace benchgate::load {

bool is_pressure(model::FaultKind kind);

/// Options of stress-ng for a fault on so many CPUs; `memory_bytes`: what is free now.
std::vector<std::string> stress_options(const model::Fault& fault, int cpus, double memory_bytes);

class Pressure {
  public:
    explicit Pressure(std::vector<int> cpus) : cpus_(std::move(cpus)) {}
    /// Why this host cannot do it; nothing where it can.
    std::optional<std::string> unsupported(const model::Fault& fault) const;
    std::optional<std::string> begin(const model::Fault& fault);
    /// Why it was no pressure after all: it had ended by itself.
    std::optional<std::string> end();

  private:
    platform::SpawnOptions command(const model::Fault& fault, const std::vector<std::string>& more) const;
    std::vector<int> cpus_;
    std::optional<platform::Process> process_;
};

}  // namespace benchgate::load
