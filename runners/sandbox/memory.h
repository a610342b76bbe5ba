// Owns how much memory a job may take where nobody said so: what this host, or the control group that this process was
// put into, can spare without ending the runner itself. Does not own the limit's enforcement: that is cgroup.h.
#pragma once

#include <cstdint>

#include "runners/sandbox/cgroup.h"

namespace benchgate::sandbox {

/// Of `total` bytes, what is left for a job: the rest is for the system, the runner and its neighbours.
std::uint64_t spared_of(std::uint64_t total);

/// spared_of() the host's memory, or of the group's around us if that may take less. 0: not known.
std::uint64_t spare_memory(const CgroupPlaces& places);

}
