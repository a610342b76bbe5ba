#pragma once
// Owns pressure on the service's CPUs, memory and disk: stress-ng beside it, in the same sandbox. Each kind is tried
// before it is relied upon, and what it wrote goes with it. Does not own when (inside.cpp).

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/model/load.h"
#include "platform/process.h"

namespace benchgate::load {

bool is_pressure(model::FaultKind kind);

/// Options of stress-ng for a fault on so many CPUs; `memory_bytes`: what could be had now.
std::vector<std::string> stress_options(const model::Fault& fault, int cpus, double memory_bytes);

class Pressure {
  public:
    /// `memory_limit`: bytes that the trial as a whole may have; 0: as many as are free.
    Pressure(std::vector<int> cpus, double memory_limit) : cpus_(std::move(cpus)), memory_limit_(memory_limit) {}
    ~Pressure();
    Pressure(const Pressure&) = delete;
    Pressure& operator=(const Pressure&) = delete;
    /// Why this host cannot do it; nothing where it can.
    std::optional<std::string> unsupported(const model::Fault& fault) const;
    std::optional<std::string> begin(const model::Fault& fault);
    /// Why it was no pressure after all: it had ended by itself.
    std::optional<std::string> end();

  private:
    /// Nothing is left of it, nor of what it wrote.
    void clear();
    platform::SpawnOptions command(const model::Fault& fault, const std::vector<std::string>& more) const;
    /// That the trial may have; 0: nobody knows.
    double memory_bytes() const;
    std::vector<int> cpus_;
    double memory_limit_;
    std::optional<platform::Process> process_;
};

}  // namespace benchgate::load
