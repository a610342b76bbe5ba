#pragma once
// Owns the count of what the host disturbed: attempts at a block that were thrown away, blocks that stand although they
// were disturbed, and why. It travels in the bundle as a fact of the host, so that every report can show it. Does not
// own the rule: that is runners/host/deltas.

#include <map>

#include "core/model/host.h"
#include "runners/host/deltas.h"

namespace benchgate::measure {

class VoidTally {
  public:
    /// `stands`: the block is kept all the same.
    void add(host::Disturbance kind, bool stands);
    /// "trials.void_blocks": "3 thrown away (2 other processes, 1 stolen CPU time), 1 kept though disturbed (1 ...)".
    model::HostFact fact() const;

  private:
    std::map<host::Disturbance, int> thrown_away_, kept_;
};

}  // namespace benchgate::measure
