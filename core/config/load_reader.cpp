// Load, stress and chaos suites: the service under test, the tool, the profile, what must hold and what is broken.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/config/readers.h"

namespace benchgate::config {
namespace {

constexpr int most_clients = 100'000;
constexpr Range rates{0.001, 1e9};
constexpr Range weights{0.001, 1e6};
constexpr std::chrono::seconds least_stage{1};
constexpr std::chrono::hours most_load{6};

std::string rate_tools() {
    auto tools = model::load_tools();
    std::erase_if(tools, [](std::string_view tool) { return !model::holds_rate(tool); });
    return fmt::format("{}", fmt::join(tools, ", "));
}

void read_limits(Reader& reader, const Node& node, const std::string& what, model::ServiceLimits& limits) {
    const Section section(reader, node, "service_limits", what);
    if (const auto* cpus = section.get("cpus"))
        limits.cpus = reader.integer(*cpus, section.path("cpus"), 1, 1024).value_or(0);
    if (const auto* files = section.get("open_files"))
        limits.open_files = reader.integer(*files, section.path("open_files"), 16, 1'000'000).value_or(0);
    if (const auto* memory = section.get("memory")) {
        limits.memory_bytes = reader.quantity(*memory, section.path("memory"), "bytes").value_or(0);
        if (limits.memory_bytes < 16e6) reader.fail(*memory, section.path("memory") + ": expected at least 16MB");
    }
}

bool good_ready(const std::string& text) {
    for (const std::string_view kind : {"tcp:", "http://", "log:", "command:"})
        if (text.starts_with(kind) && text.size() > kind.size()) return true;
    return false;
}

model::ServiceUnderTest read_service(Reader& reader, const Node& node, const std::string& what) {
    model::ServiceUnderTest service;
    Section section(reader, node, "service", what);
    if (const auto* start = section.require("start"))
        service.start = reader.shell_line(*start, section.path("start")).value_or("");
    if (const auto* ready = section.get("ready")) {
        service.ready = reader.text(*ready, section.path("ready")).value_or(service.ready);
        if (!good_ready(service.ready))
            reader.fail(*ready, fmt::format("{}: expected tcp:PORT, http://..., log:TEXT or command:LINE, found {}",
                                            section.path("ready"), quoted(service.ready)));
    }
    if (const auto* stop = section.get("stop"))
        service.stop =
            reader.word(*stop, section.path("stop"), {"TERM", "INT", "QUIT", "HUP", "KILL"}).value_or("TERM");
    if (const auto* within = section.get("ready_within"))
        service.ready_within = reader.duration(*within, section.path("ready_within")).value_or(service.ready_within);
    if (const auto* limits = section.get("limits"))
        read_limits(reader, *limits, section.path("limits"), service.limits);
    return service;
}

/// A stage of less than a second measures how programs start.
std::chrono::milliseconds read_length(Reader& reader, const Node& node, const std::string& what) {
    const auto length = reader.duration(node, what).value_or(least_stage);
    if (length < least_stage || length > most_load)
        reader.fail(node, fmt::format("{}: expected 1s to 6h, found {}", what, quoted(node.text)));
    return length;
}

void read_level(Reader& reader, const Section& section, std::string_view tool, model::LoadLevel& level) {
    if (const auto* clients = section.get("clients"))
        level.clients = reader.integer(*clients, section.path("clients"), 1, most_clients);
    const auto* rate = section.get("rate");
    if (rate == nullptr) return;
    level.rate = reader.number(*rate, section.path("rate"), rates);
    if (!tool.empty() && !model::holds_rate(tool))
        reader.fail(*rate, fmt::format("{}: {} sends as fast as it is answered and holds no rate: say clients, or take "
                                       "one of {}",
                                       section.path("rate"), tool, rate_tools()));
}

/// Names become parts of benchmark names, where a / separates.
std::string read_name(Reader& reader, const Node& node, const std::string& what) {
    const auto name = reader.text(node, what).value_or("");
    if (name.size() > 64 || name.find('/') != std::string::npos)
        reader.fail(node, fmt::format("{}: expected up to 64 bytes without a /, found {}", what, quoted(name)));
    return name;
}

void read_mix(Reader& reader, const Node& node, const std::string& what, model::LoadGenerator& load) {
    std::set<std::string> names;
    for (const auto* item : reader.list(node, what)) {
        Section section(reader, *item, "mix", what);
        model::LoadTarget target;
        if (const auto* name = section.require("name")) {
            target.name = read_name(reader, *name, section.path("name"));
            if (!names.insert(target.name).second)
                reader.fail(*name, fmt::format("{}: two named {}", what, quoted(target.name)));
        }
        if (const auto* address = section.require("target"))
            target.address = reader.text(*address, section.path("target")).value_or("");
        if (const auto* weight = section.get("weight"))
            target.weight = reader.number(*weight, section.path("weight"), weights).value_or(1);
        load.targets.push_back(std::move(target));
    }
    if (load.targets.size() > model::most_load_targets)
        reader.fail(node, fmt::format("{}: more than {} targets", what, model::most_load_targets));
    if (load.targets.empty()) reader.fail(node, what + ": an empty list");
}

model::LoadGenerator read_generator(Reader& reader, const Node& node, const std::string& what) {
    model::LoadGenerator load;
    Section section(reader, node, "load", what);
    if (const auto* tool = section.require("tool"))
        load.tool = reader.word(*tool, section.path("tool"), model::load_tools()).value_or("");
    const auto* target = section.get("target");
    const auto* mix = section.get("mix");
    if (section.is_map() && (target == nullptr) == (mix == nullptr))
        reader.fail(node, what + (mix == nullptr ? ": 'target' is missing" : ": target and mix exclude each other"));
    if (target != nullptr) load.targets.push_back({"", reader.text(*target, section.path("target")).value_or(""), 1});
    if (mix != nullptr) read_mix(reader, *mix, section.path("mix"), load);
    if (const auto* program = section.get("program"))
        load.program = reader.text(*program, section.path("program")).value_or("");
    if (const auto* options = section.get("options"))
        load.options = reader.text(*options, section.path("options")).value_or("");
    if (const auto* cpus = section.get("cpus"))
        load.cpus = reader.integer(*cpus, section.path("cpus"), 1, 1024).value_or(0);
    if (const auto* time = section.get("for")) load.length = read_length(reader, *time, section.path("for"));
    read_level(reader, section, load.tool, load.level);
    return load;
}

/// The shortest of the stages that share a step's time.
std::chrono::milliseconds shortest_stage(const model::LoadStep& step, bool holds_rate) {
    switch (step.kind) {
        case model::StepKind::steady:
            return step.length;
        case model::StepKind::ramp: {
            const int count = std::max(2, step.count > 0 ? step.count : model::default_ramp_steps);
            // Few clients in many steps: what rounds to the same level is one stage.
            const double levels = holds_rate ? count : std::min<double>(count, std::abs(step.to - step.from) + 1);
            return std::chrono::milliseconds(
                static_cast<std::int64_t>(static_cast<double>(step.length.count()) / levels));
        }
        case model::StepKind::burst:
            return step.length / (2 * (step.count > 0 ? step.count : model::default_bursts) + 1);
        case model::StepKind::spike:
            return step.length / 5;
    }
    return step.length;
}

model::LoadStep read_step(Reader& reader, const Node& node, const std::string& what, std::string_view tool) {
    model::LoadStep step;
    Section section(reader, node, "step", what);
    if (const auto* name = section.require("name")) step.name = read_name(reader, *name, section.path("name"));
    if (const auto* time = section.require("for")) step.length = read_length(reader, *time, section.path("for"));
    read_level(reader, section, tool, step.level);
    const auto* from = section.get("from");
    const auto* to = section.get("to");
    if (from != nullptr) step.from = reader.number(*from, section.path("from"), rates).value_or(0);
    if (to != nullptr) step.to = reader.number(*to, section.path("to"), rates).value_or(0);
    if (from != nullptr || to != nullptr) step.kind = model::StepKind::ramp;
    if (const auto* kind = section.get("kind")) {
        const auto word = reader.word(*kind, section.path("kind"), {"steady", "ramp", "burst", "spike"});
        step.kind = model::step_kind_from(word.value_or("")).value_or(step.kind);
    }
    if (const auto* count = section.get("count"))
        step.count = reader.integer(*count, section.path("count"), 1, model::most_step_count).value_or(0);
    if (!section.is_map()) return step;
    const bool changes = step.kind != model::StepKind::steady;
    if (changes != (from != nullptr && to != nullptr) || changes != (from != nullptr || to != nullptr))
        reader.fail(node, fmt::format("{}: {}", what,
                                      changes ? "a ramp, burst or spike goes from one level to another: say from and to"
                                              : "a steady step has clients or a rate, not from and to"));
    if (changes && (step.level.rate || (step.level.clients && !model::holds_rate(tool))))
        reader.fail(node,
                    what + ": from and to say how much; beside them no rate, and clients only where to is a rate");
    if (const auto part = shortest_stage(step, model::holds_rate(tool));
        step.length >= least_stage && part < least_stage)
        reader.fail(node, fmt::format("{}: its time is shared by stages of {:g} s, and a tool takes at least 1 s for "
                                      "each: a longer time, or a smaller count",
                                      what, static_cast<double>(part.count()) / 1e3));
    return step;
}

std::vector<model::LoadStep> read_profile(Reader& reader, const Node& node, const std::string& what,
                                          std::string_view tool) {
    std::vector<model::LoadStep> profile;
    std::set<std::string> names;
    std::chrono::milliseconds total{0};
    for (const auto* item : reader.list(node, what)) {
        profile.push_back(read_step(reader, *item, what, tool));
        total += profile.back().length;
        if (!profile.back().name.empty() && !names.insert(profile.back().name).second)
            reader.fail(*item, fmt::format("{}: two steps named {}", what, quoted(profile.back().name)));
        if (profile.size() > model::most_load_steps) {
            reader.fail(*item, fmt::format("{}: more than {} steps", what, model::most_load_steps));
            break;
        }
    }
    if (total > most_load) reader.fail(node, what + ": more than 6h altogether");
    return profile;
}

model::Budget read_objective(Reader& reader, const Node& node, const std::string& what) {
    model::Budget objective;
    Section section(reader, node, "objective", what);
    objective.benchmark = "**";
    objective.line = node.line;
    if (const auto* stage = section.get("stage"))
        objective.benchmark = reader.text(*stage, section.path("stage")).value_or("**");
    if (const auto* metric = section.require("metric"))
        objective.metric = reader.text(*metric, section.path("metric")).value_or("");
    const auto unit = unit_of_metric(objective.metric);
    if (const auto* max = section.get("max")) objective.max = reader.quantity(*max, section.path("max"), unit);
    if (const auto* min = section.get("min")) objective.min = reader.quantity(*min, section.path("min"), unit);
    if (section.is_map() && section.get("max") == nullptr && section.get("min") == nullptr)
        reader.fail(node, what + ": neither max nor min");
    return objective;
}

/// What the amount of a fault means depends on its kind.
void read_amount(Reader& reader, const Node& node, const std::string& what, model::Fault& fault) {
    switch (fault.kind) {
        case model::FaultKind::delay:
            if (const auto time = reader.duration(node, what)) fault.amount = 1e6 * static_cast<double>(time->count());
            return;
        case model::FaultKind::loss:
            fault.amount = reader.percent(node, what, {0, 1}).value_or(0);
            return;
        case model::FaultKind::bandwidth:
        case model::FaultKind::memory:
        case model::FaultKind::disk:
            fault.amount = reader.quantity(node, what, "bytes").value_or(0);
            return;
        case model::FaultKind::cpu:
        case model::FaultKind::io:
            fault.amount = reader.integer(node, what, 1, 1024).value_or(0);
            return;
        case model::FaultKind::pause:
        case model::FaultKind::kill:
            reader.fail(node, fmt::format("{}: a {} has no amount", what, model::to_string(fault.kind)));
    }
}

model::Fault read_fault(Reader& reader, const Node& node, const std::string& what) {
    model::Fault fault;
    Section section(reader, node, "fault", what);
    if (const auto* at = section.require("at")) fault.at = reader.duration(*at, section.path("at")).value_or(fault.at);
    if (const auto* kind = section.require("kind")) {
        const auto word = reader.word(*kind, section.path("kind"),
                                      {"pause", "kill", "cpu", "memory", "disk", "io", "delay", "loss", "bandwidth"});
        fault.kind = model::fault_kind_from(word.value_or("")).value_or(fault.kind);
    }
    if (const auto* time = section.get("for"))
        fault.length = reader.duration(*time, section.path("for")).value_or(fault.length);
    else if (section.is_map() && fault.kind != model::FaultKind::kill && section.get("kind") != nullptr)
        reader.fail(node, fmt::format("{}: how long? 'for' is missing", what));
    if (const auto* amount = section.get("amount")) read_amount(reader, *amount, section.path("amount"), fault);
    return fault;
}

std::vector<model::Fault> read_faults(Reader& reader, const Node& node, const std::string& what,
                                      const model::LoadSuite& suite) {
    std::chrono::milliseconds total{0};
    for (const auto& step : suite.profile) total += step.length;
    if (suite.profile.empty()) total = suite.load.length;
    std::vector<model::Fault> faults;
    for (const auto* item : reader.list(node, what)) {
        faults.push_back(read_fault(reader, *item, what));
        const auto& fault = faults.back();
        if (fault.at + fault.length >= total)
            reader.fail(*item, fmt::format("{}: it would last until {} s, and the load ends after {} s", what,
                                           (fault.at + fault.length).count() / 1e3, total.count() / 1e3));
        for (std::size_t other = 0; other + 1 < faults.size(); ++other)
            if (fault.at < faults[other].at + faults[other].length && faults[other].at < fault.at + fault.length)
                reader.fail(*item, fmt::format("{}: two faults at a time", what));
    }
    if (faults.size() > model::most_faults)
        reader.fail(node, fmt::format("{}: more than {} faults", what, model::most_faults));
    return faults;
}

model::LoadSearch read_search(Reader& reader, const Node& node, const std::string& what, std::string_view tool) {
    model::LoadSearch search;
    const Section section(reader, node, "search", what);
    model::LoadLevel level;
    read_level(reader, section, tool, level);
    if (!model::holds_rate(tool)) search.start = level.clients.value_or(1);
    if (level.rate) search.start = *level.rate;
    if (level.clients && model::holds_rate(tool))
        reader.fail(node, what + ": a rate is searched for; how many clients stands in load");
    if (const auto* factor = section.get("factor"))
        search.factor = reader.number(*factor, section.path("factor"), {1.01, 10}).value_or(search.factor);
    return search;
}

}  // namespace

model::LoadSuite read_load_suite(Reader& reader, const Section& suite) {
    model::LoadSuite load;
    if (const auto* node = suite.get("service")) load.service = read_service(reader, *node, suite.path("service"));
    if (const auto* node = suite.get("load")) load.load = read_generator(reader, *node, suite.path("load"));
    const std::string_view tool = load.load.tool;
    if (const auto* node = suite.get("profile"))
        load.profile = read_profile(reader, *node, suite.path("profile"), tool);
    if (const auto* node = suite.get("objectives"))
        for (const auto* item : reader.list(*node, suite.path("objectives")))
            load.objectives.push_back(read_objective(reader, *item, suite.path("objectives")));
    if (const auto* node = suite.get("search")) load.search = read_search(reader, *node, suite.path("search"), tool);
    if (const auto* node = suite.get("faults")) load.faults = read_faults(reader, *node, suite.path("faults"), load);
    if (suite.get("load") == nullptr) return load;
    for (const std::string_view key : {"profile", "faults"})
        if (const auto* node = suite.get(key); node != nullptr && load.search)
            reader.fail(*node, fmt::format("{}: a search makes its own stages", suite.path(key)));
    return load;
}

}  // namespace benchgate::config
