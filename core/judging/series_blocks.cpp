#include "core/judging/series_blocks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace benchgate::judging {
namespace {

struct Collected {
    model::Series series;
    std::string conflict;
    std::map<int, Block> blocks;
};

using CollectedByKey = std::map<model::SeriesKey, Collected>;

void learn(CollectedByKey& series, const model::Trial& trial) {
    for (const auto& measurement : trial.values) {
        const auto& found = measurement.series;
        if (!found.gating || found.better == model::Better::none) continue;
        const auto [place, is_new] = series.try_emplace(found.key, Collected{found, {}, {}});
        auto& known = place->second;
        if (is_new || !known.conflict.empty()) continue;
        if (known.series.unit != found.unit)
            known.conflict =
                fmt::format("its unit is {} in one trial and {} in another", known.series.unit, found.unit);
        else if (known.series.better != found.better)
            known.conflict = "its direction is not the same in all trials";
    }
}

void add_values(CollectedByKey& series, const model::Trial& trial) {
    std::set<model::SeriesKey> added;
    for (const auto& measurement : trial.values) {
        const auto place = series.find(measurement.series.key);
        if (place == series.end() || !added.insert(measurement.series.key).second) continue;
        auto& block = place->second.blocks[trial.block];
        (trial.side == model::Side::base ? block.base : block.head).push_back(model::trial_value(measurement));
    }
}

}  // namespace

PhaseBlocks collect_blocks(std::span<const model::Trial> trials, model::Phase phase) {
    CollectedByKey series;
    std::set<int> kept;
    std::set<std::pair<int, int>> voided;
    for (const auto& trial : trials) {
        learn(series, trial);
        if (trial.phase != phase) continue;
        if (trial.kept)
            kept.insert(trial.block);
        else
            voided.emplace(trial.block, trial.attempt);
    }
    for (const auto& trial : trials)
        if (trial.phase == phase && trial.kept) add_values(series, trial);
    PhaseBlocks result{{}, static_cast<int>(kept.size()), static_cast<int>(voided.size())};
    for (auto& [key, collected] : series) {
        SeriesBlocks blocks{std::move(collected.series), {}, std::move(collected.conflict)};
        for (auto& [number, block] : collected.blocks) blocks.blocks.push_back(std::move(block));
        result.series.push_back(std::move(blocks));
    }
    return result;
}

std::vector<SeriesBlocks> only(const std::vector<SeriesBlocks>& all, std::span<const model::SeriesKey> keys) {
    const std::set<model::SeriesKey> wanted(keys.begin(), keys.end());
    std::vector<SeriesBlocks> result;
    for (const auto& series : all)
        if (wanted.contains(series.series.key)) result.push_back(series);
    return result;
}

}  // namespace benchgate::judging
