#pragma once
// Owns how a profile becomes stages: what each is called, how hard it loads, for how long. Pure. Does not know the
// tools' command lines (tools.h) nor what runs where.

#include <chrono>
#include <string>
#include <vector>

#include "core/model/load.h"

namespace benchgate::load {

/// Clients where nobody said how many.
inline constexpr int default_clients = 10;

/// One level held for a time; its name is the benchmark's.
struct Stage {
    std::string name;
    model::LoadLevel level;
    std::chrono::milliseconds length{0};
    bool operator==(const Stage&) const = default;
};

/// In order; the parts of a step share its time:
///   steady       "name"
///   ramp         "name/rate=100", "name/rate=325", ... (or "name/clients=..."), from the first level to the last
///   burst        "name/low", "name/high", "name/low", ...: stages of one name give one benchmark several samples
///   spike        "name/before" (two fifths), "name/peak" (one), "name/after" (two)
/// Without a profile there is one stage, "steady", of the load's own level and length.
std::vector<Stage> plan_stages(const model::LoadSuite& suite);

/// A stage of a search: the load's own length at this rate (or, where the tool holds none, with so many clients).
Stage search_stage(const model::LoadSuite& suite, double level);

/// What each target gets of a level: clients by weight, at least one each, and its share of the rate.
std::vector<model::LoadLevel> split_by_weight(const model::LoadLevel& level,
                                              const std::vector<model::LoadTarget>& targets);

/// Which CPUs are whose: two sets that share none, as long as there are two CPUs.
struct CpuSplit {
    std::vector<int> service, generator;
    bool shared = false;
};

/// `generator`, `service`: how many each is to have; 0: half of them, and what is left.
CpuSplit split_cpus(const std::vector<int>& there_are, int generator, int service);

}  // namespace benchgate::load
