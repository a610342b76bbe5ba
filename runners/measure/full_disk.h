#pragma once
// Owns the question whether a command failed because the host's disk was full: then its exit status says nothing about
// the code, and somebody has to make room.

#include <filesystem>
#include <vector>

#include "runners/measure/failure.h"
#include "runners/sandbox/sandbox.h"

namespace benchgate::measure {

/// A failure of the host instead of the side's, with what to do, if next to nothing is free where the command wrote and
/// that is not the side's own doing; otherwise the failure as it is. `was_nearly_full`: the command was ended for it.
/// `writable`: where else the command could write.
JobFailure blame_full_disk(JobFailure failure, const std::filesystem::path& directory, bool was_nearly_full = false,
                           const std::vector<sandbox::WritableFolder>& writable = {});

}  // namespace benchgate::measure
