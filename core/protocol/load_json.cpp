#include "core/protocol/load_json.h"

#include <fmt/format.h>

#include "core/protocol/fields.h"

namespace benchgate::protocol {
namespace {

constexpr int most_number = 10'000'000;
constexpr std::size_t most_objectives = 1'000;

json::Json level_json(const model::LoadLevel& level) {
    auto document = json::Json::object();
    if (level.clients) document["clients"] = *level.clients;
    if (level.rate) document["rate"] = *level.rate;
    return document;
}

model::LoadLevel read_level(Fields& outer) {
    Fields f(outer.object("level"));
    model::LoadLevel level;
    if (const int clients = f.whole_or("clients", 0, 0, most_number); clients > 0) level.clients = clients;
    level.rate = f.optional_number("rate");
    if (level.rate && !(*level.rate > 0)) f.fail("rate: expected a number above 0");
    return outer.take("level", f.done(std::move(level)));
}

json::Json service_json(const model::ServiceUnderTest& service) {
    return {{"start", service.start},
            {"ready", service.ready},
            {"stop", service.stop},
            {"ready_within_ms", service.ready_within.count()},
            {"cpus", service.limits.cpus},
            {"memory_bytes", service.limits.memory_bytes},
            {"open_files", service.limits.open_files}};
}

Read<model::ServiceUnderTest> read_service(const json::Json& document) {
    Fields f(document);
    model::ServiceUnderTest service;
    service.start = f.text("start");
    service.ready = f.text("ready");
    service.stop = f.text("stop");
    service.ready_within = f.duration_ms("ready_within_ms");
    service.limits.cpus = f.whole_or("cpus", 0, 0, most_number);
    service.limits.memory_bytes = f.number("memory_bytes");
    service.limits.open_files = f.whole_or("open_files", 0, 0, most_number);
    if (!(service.limits.memory_bytes >= 0 && service.limits.memory_bytes < 1e18)) f.fail("memory_bytes: out of range");
    return f.done(std::move(service));
}

json::Json generator_json(const model::LoadGenerator& load) {
    auto targets = json::Json::array();
    for (const auto& target : load.targets)
        targets.push_back({{"name", target.name}, {"address", target.address}, {"weight", target.weight}});
    return {{"tool", load.tool},
            {"program", load.program},
            {"options", load.options},
            {"targets", std::move(targets)},
            {"level", level_json(load.level)},
            {"length_ms", load.length.count()},
            {"cpus", load.cpus}};
}

Read<model::LoadGenerator> read_generator(const json::Json& document) {
    Fields f(document);
    model::LoadGenerator load;
    load.tool = f.text("tool");
    load.program = f.text_or("program", "");
    load.options = f.text_or("options", "");
    for (const auto& item : f.array("targets")) {
        Fields one(item);
        load.targets.push_back({one.text("name"), one.text("address"), one.number("weight")});
        if (!(load.targets.back().weight > 0)) one.fail("weight: expected a number above 0");
        load.targets.back() = f.take("targets", one.done(std::move(load.targets.back())));
    }
    if (load.targets.empty() || load.targets.size() > model::most_load_targets)
        f.fail(fmt::format("targets: expected 1 to {}", model::most_load_targets));
    load.level = read_level(f);
    load.length = f.duration_ms("length_ms");
    load.cpus = f.whole_or("cpus", 0, 0, most_number);
    return f.done(std::move(load));
}

json::Json step_json(const model::LoadStep& step) {
    return {{"name", step.name},
            {"kind", model::to_string(step.kind)},
            {"level", level_json(step.level)},
            {"from", step.from},
            {"to", step.to},
            {"count", step.count},
            {"length_ms", step.length.count()}};
}

Read<model::LoadStep> read_step(const json::Json& document) {
    Fields f(document);
    model::LoadStep step;
    step.name = f.text("name");
    step.kind = f.word("kind", step.kind, model::step_kind_from);
    step.level = read_level(f);
    step.from = f.number("from");
    step.to = f.number("to");
    step.count = f.whole_or("count", 0, 0, model::most_step_count);
    step.length = f.duration_ms("length_ms");
    if (step.kind != model::StepKind::steady && !(step.from > 0 && step.to > 0 && step.from < 1e10 && step.to < 1e10))
        f.fail("from, to: expected numbers above 0");
    return f.done(std::move(step));
}

json::Json objective_json(const model::Budget& objective) {
    json::Json document{{"stage", objective.benchmark}, {"metric", objective.metric}, {"line", objective.line}};
    if (objective.max) document["max"] = *objective.max;
    if (objective.min) document["min"] = *objective.min;
    return document;
}

Read<model::Budget> read_objective(const json::Json& document) {
    Fields f(document);
    model::Budget objective;
    objective.benchmark = f.text("stage");
    objective.metric = f.text("metric");
    objective.line = f.whole_or("line", 0, 0, most_number);
    objective.max = f.optional_number("max");
    objective.min = f.optional_number("min");
    return f.done(std::move(objective));
}

json::Json fault_json(const model::Fault& fault) {
    return {{"kind", model::to_string(fault.kind)},
            {"at_ms", fault.at.count()},
            {"length_ms", fault.length.count()},
            {"amount", fault.amount}};
}

Read<model::Fault> read_fault(const json::Json& document) {
    Fields f(document);
    model::Fault fault;
    fault.kind = f.word("kind", fault.kind, model::fault_kind_from);
    fault.at = std::chrono::milliseconds(f.whole_or("at_ms", 0, 0, 2'000'000'000));
    fault.length = std::chrono::milliseconds(f.whole_or("length_ms", 0, 0, 2'000'000'000));
    fault.amount = f.number("amount");
    if (!(fault.amount >= 0 && fault.amount < 1e18)) f.fail("amount: out of range");
    return f.done(std::move(fault));
}

template <class T>
json::Json array_json(const std::vector<T>& items, json::Json (*one)(const T&)) {
    auto list = json::Json::array();
    for (const auto& item : items) list.push_back(one(item));
    return list;
}

template <class T>
std::vector<T> read_items(Fields& f, const char* key, std::size_t most, Read<T> (*one)(const json::Json&)) {
    std::vector<T> items;
    const auto& list = f.array(key);
    if (list.size() > most) f.fail(fmt::format("{}: more than {}", key, most));
    for (const auto& item : list)
        if (items.size() < most) items.push_back(f.take(key, one(item)));
    return items;
}

}  // namespace

json::Json to_json(const model::LoadSuite& suite) {
    json::Json document{{"service", service_json(suite.service)},
                        {"load", generator_json(suite.load)},
                        {"profile", array_json(suite.profile, step_json)},
                        {"objectives", array_json(suite.objectives, objective_json)},
                        {"faults", array_json(suite.faults, fault_json)}};
    if (suite.search) document["search"] = {{"start", suite.search->start}, {"factor", suite.search->factor}};
    return document;
}

Read<model::LoadSuite> read_load_suite(const json::Json& document) {
    Fields f(document);
    model::LoadSuite suite;
    suite.service = f.take("service", read_service(f.object("service")));
    suite.load = f.take("load", read_generator(f.object("load")));
    suite.profile = read_items(f, "profile", model::most_load_steps, read_step);
    suite.objectives = read_items(f, "objectives", most_objectives, read_objective);
    suite.faults = read_items(f, "faults", model::most_faults, read_fault);
    if (document.contains("search")) {
        Fields search(f.object("search"));
        suite.search = model::LoadSearch{search.number("start"), search.number("factor")};
        if (!(suite.search->start > 0) || !(suite.search->factor > 1)) f.fail("search: out of range");
        f.take("search", search.done(0));
    }
    return f.done(std::move(suite));
}

}  // namespace benchgate::protocol
