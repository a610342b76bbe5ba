#include "runners/load/stages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace benchgate::load {
namespace {

using model::LoadLevel;
using std::chrono::milliseconds;

/// A level of a ramp or a search: one number, a rate or clients; beside a rate the clients are as the step says.
LoadLevel level_of(const model::LoadSuite& suite, double amount, const LoadLevel& said = {}) {
    LoadLevel level;
    if (model::holds_rate(suite.load.tool)) {
        level.rate = amount;
        level.clients = said.clients ? said.clients : suite.load.level.clients;
    } else {
        level.clients = std::max(1, static_cast<int>(std::lround(amount)));
    }
    return level;
}

/// What a step does not say is as the load says.
LoadLevel completed(LoadLevel level, const LoadLevel& otherwise) {
    if (!level.clients) level.clients = otherwise.clients.value_or(default_clients);
    if (!level.rate) level.rate = otherwise.rate;
    return level;
}

std::string named(const std::string& name, const LoadLevel& level) {
    if (level.rate) return fmt::format("{}/rate={:g}", name, *level.rate);
    return fmt::format("{}/clients={}", name, level.clients.value_or(0));
}

void add_ramp(const model::LoadSuite& suite, const model::LoadStep& step, std::vector<Stage>& stages) {
    const int count = std::max(2, step.count > 0 ? step.count : model::default_ramp_steps);
    for (int i = 0; i < count; ++i) {
        const auto level = level_of(suite, step.from + (step.to - step.from) * i / (count - 1), step.level);
        const auto name = named(step.name, level);
        // Few clients in many steps: what rounds to the same level is the same stage.
        if (!stages.empty() && stages.back().name == name)
            stages.back().length += step.length / count;
        else
            stages.push_back({name, completed(level, suite.load.level), step.length / count});
    }
}

void add_bursts(const model::LoadSuite& suite, const model::LoadStep& step, std::vector<Stage>& stages) {
    const int bursts = step.count > 0 ? step.count : model::default_bursts;
    const auto slice = step.length / (2 * bursts + 1);
    const auto add = [&](const char* part, double amount) {
        stages.push_back({fmt::format("{}/{}", step.name, part),
                          completed(level_of(suite, amount, step.level), suite.load.level), slice});
    };
    add("low", step.from);
    for (int i = 0; i < bursts; ++i) {
        add("high", step.to);
        add("low", step.from);
    }
}

void add_spike(const model::LoadSuite& suite, const model::LoadStep& step, std::vector<Stage>& stages) {
    const auto low = completed(level_of(suite, step.from, step.level), suite.load.level);
    const auto high = completed(level_of(suite, step.to, step.level), suite.load.level);
    stages.push_back({step.name + "/before", low, step.length * 2 / 5});
    stages.push_back({step.name + "/peak", high, step.length / 5});
    stages.push_back({step.name + "/after", low, step.length * 2 / 5});
}

}  // namespace

std::vector<Stage> plan_stages(const model::LoadSuite& suite) {
    std::vector<Stage> stages;
    for (const auto& step : suite.profile) switch (step.kind) {
            case model::StepKind::steady:
                stages.push_back({step.name, completed(step.level, suite.load.level), step.length});
                break;
            case model::StepKind::ramp:
                add_ramp(suite, step, stages);
                break;
            case model::StepKind::burst:
                add_bursts(suite, step, stages);
                break;
            case model::StepKind::spike:
                add_spike(suite, step, stages);
                break;
        }
    if (suite.profile.empty()) stages.push_back({"steady", completed({}, suite.load.level), suite.load.length});
    return stages;
}

Stage search_stage(const model::LoadSuite& suite, double level) {
    const auto asked = level_of(suite, level);
    return {named("search", asked), completed(asked, {suite.load.level.clients, {}}), suite.load.length};
}

std::vector<LoadLevel> split_by_weight(const LoadLevel& level, const std::vector<model::LoadTarget>& targets) {
    double sum = 0;
    for (const auto& target : targets) sum += target.weight;
    const int clients = level.clients.value_or(default_clients);
    std::vector<LoadLevel> parts;
    double due = 0;
    int given = 0;
    for (const auto& target : targets) {
        // The shares are rounded as a running sum, so that together they are as many as there are.
        due += clients * target.weight / sum;
        const int upto = std::max(given + 1, static_cast<int>(std::lround(due)));
        LoadLevel part;
        part.clients = upto - given;
        if (level.rate) part.rate = *level.rate * target.weight / sum;
        given = upto;
        parts.push_back(part);
    }
    return parts;
}

CpuSplit split_cpus(const std::vector<int>& there_are, int generator, int service) {
    const int count = static_cast<int>(there_are.size());
    CpuSplit split;
    if (count < 2) {
        split.service = split.generator = there_are;
        split.shared = true;
        return split;
    }
    const int theirs = std::clamp(generator > 0 ? generator : count / 2, 1, count - 1);
    const int its = service > 0 ? std::min(service, count - theirs) : count - theirs;
    split.service.assign(there_are.begin(), there_are.begin() + its);
    split.generator.assign(there_are.end() - theirs, there_are.end());
    return split;
}

}  // namespace benchgate::load
