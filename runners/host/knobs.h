#pragma once
// Owns the list of what a quiet host has set differently, as files of the kernel below a root, and how their values are
// read and compared. Writes nothing: that is tuner.h.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "runners/host/cpus.h"

namespace benchgate::host {

struct TuneOptions {
    std::filesystem::path root = "/";  ///< another one in tests
    CpuPlan cpus{};                    ///< bench CPUs are tuned, interrupts go to the housekeeping ones
    bool smt_off = false;              ///< takes half of the logical CPUs away
    bool swap_off = false;             ///< needs the memory for what was swapped out
};

/// One file of the kernel and what should stand in it.
struct Knob {
    std::filesystem::path path;  ///< below the root, without a leading slash
    std::string wanted;          ///< empty: what stands in wanted_from when its turn comes
    std::filesystem::path wanted_from{};
    std::vector<std::string> also{};  ///< values that are as good
};

/// In the order to set them in. What this host has not is among them: absent paths are skipped later.
std::vector<Knob> knobs_of(const TuneOptions& options);

/// Is this a file that tuning may ever write? A journal is believed no further.
bool is_knob(const std::filesystem::path& path);

/// What stands in the file, byte by byte; absent where it cannot be read.
std::optional<std::string> read_knob(const std::filesystem::path& root, const std::filesystem::path& path);

/// The value in it: without white space, the word in brackets where the kernel lists all that are possible, a list of
/// CPUs in one way of writing.
std::string value_of(const std::filesystem::path& path, const std::string& bytes);

}  // namespace benchgate::host
