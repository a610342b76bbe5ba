// A suite: how it is built, run and parsed, and when.

#include <fmt/format.h>

#include <algorithm>

#include "core/config/readers.h"
#include "core/formats/formats.h"
#include "core/model/cron.h"
#include "core/model/resources.h"

namespace benchgate::config {
namespace {

constexpr int least_trials = 8;  // the judge's first look
constexpr int most_trials = 60;  // its last one

bool good_name(std::string_view name) {
    const auto word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
    return !name.empty() && name.size() <= 64 && word(name.front()) &&
           std::all_of(name.begin(), name.end(), [&](char c) { return word(c) || c == '.' || c == '_' || c == '-'; });
}

/// `pull_request` and `push` may be true, false, nothing (as GitHub's own files have it) or a map.
const Node* trigger(Reader& reader, const Section& on, std::string_view key, bool& enabled) {
    enabled = false;
    for (const auto& [name, value] : on.node().entries) {
        if (name->text != key) continue;
        enabled = true;
        if (value->kind == Node::Kind::map) return value;
        if (value->kind != Node::Kind::null) enabled = reader.boolean(*value, on.path(key)).value_or(true);
    }
    return nullptr;
}

model::Triggers read_triggers(Reader& reader, const Node& node, const std::string& what) {
    model::Triggers triggers;
    const Section on(reader, node, "on", what);
    if (!on.is_map()) return triggers;
    if (const auto* map = trigger(reader, on, "pull_request", triggers.pull_request)) {
        const Section section(reader, *map, "pull_request", on.path("pull_request"));
        if (const auto* paths = section.get("paths"))
            triggers.pull_request_paths = reader.texts(*paths, section.path("paths"));
    }
    if (const auto* map = trigger(reader, on, "push", triggers.push)) {
        const Section section(reader, *map, "push", on.path("push"));
        if (const auto* names = section.get("branches"))
            triggers.push_branches = reader.texts(*names, section.path("branches"));
        if (const auto* paths = section.get("paths")) triggers.push_paths = reader.texts(*paths, section.path("paths"));
    }
    if (const auto* cron = on.get("schedule")) {
        triggers.schedule = reader.text(*cron, on.path("schedule"));
        if (triggers.schedule)
            if (const auto line = model::read_cron(*triggers.schedule); !line)
                reader.fail(*cron, fmt::format("{}: expected five cron fields such as '0 2 * * *', found {}: {}",
                                               on.path("schedule"), quoted(*triggers.schedule), line.error()));
    }
    if (const auto* group = on.get("merge_group"))
        triggers.merge_group = reader.word(*group, on.path("merge_group"), {"quick", "full", "reuse"});
    for (const auto& [key, value] : node.entries)
        if (value->kind == Node::Kind::null && (key->text == "schedule" || key->text == "merge_group"))
            reader.fail(*key, fmt::format("{} has no value", on.path(key->text)));
    return triggers;
}

model::Components read_components(Reader& reader, const Node& node, const std::string& what) {
    model::Components components;
    if (node.kind != Node::Kind::map) {
        if (auto name = reader.text(node, what)) components.emplace_back("*", std::move(*name));
        return components;
    }
    for (const auto& [glob, name] : node.entries)
        if (auto component = reader.text(*name, what + "." + shown(glob->text)))
            components.emplace_back(glob->text, std::move(*component));
    return components;
}

model::Timeouts read_timeouts(Reader& reader, const Node& node, const std::string& what) {
    model::Timeouts timeouts;
    const Section section(reader, node, "timeout", what);
    const auto take = [&](std::string_view key, std::chrono::milliseconds& to) {
        if (const auto* value = section.get(key)) to = reader.duration(*value, section.path(key)).value_or(to);
    };
    take("build", timeouts.build);
    take("trial", timeouts.trial);
    take("job", timeouts.job);
    return timeouts;
}

std::map<std::string, std::string> read_environment(Reader& reader, const Node& node, const std::string& what) {
    std::map<std::string, std::string> variables;
    if (node.kind != Node::Kind::map) {
        reader.fail(node, what + ": expected a map of variables");
        return variables;
    }
    for (const auto& [key, value] : node.entries) {
        const auto& name = key->text;
        const bool good =
            !name.empty() && name.size() <= 200 && !(name[0] >= '0' && name[0] <= '9') &&
            std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
        if (!good) {
            reader.fail(*key, fmt::format("{}: {} is not a variable's name", what, quoted(name)));
        } else if (value->kind == Node::Kind::scalar && value->text.empty()) {
            variables[name] = "";
        } else if (auto text = reader.text(*value, what + "." + shown(name))) {
            variables[name] = std::move(*text);
        }
    }
    return variables;
}

std::string read_format(Reader& reader, const Node& node, const std::string& what) {
    // A pattern is no word of a list: what is wrong with it is said as it is.
    if (node.kind == Node::Kind::scalar && node.text.starts_with("regex:")) {
        if (const auto mistake = formats::mistake_in_format(node.text))
            reader.fail(node, fmt::format("{}: {}", what, *mistake));
        return node.text;
    }
    auto known = formats::names();
    known.emplace_back("auto");
    return reader.word(node, what, known).value_or("auto");
}

int read_link_orders(Reader& reader, const Node& node, const std::string& what) {
    const auto count = reader.integer(node, what, 1, model::most_link_orders).value_or(1);
    if (model::is_link_orders(count)) return count;
    reader.fail(node, fmt::format("{}: expected 1, 2, 4 or 8, so that the trials of a block spread evenly over them, "
                                  "found {}",
                                  what, count));
    return 1;
}

/// What runs, how, and what is read from it.
void read_how(Reader& reader, Section& section, model::Suite& suite) {
    if (const auto* node = section.get("fetch")) suite.fetch = reader.shell_lines(*node, section.path("fetch"));
    if (const auto* node = section.get("build")) suite.build = reader.shell_lines(*node, section.path("build"));
    // A load test's tool is its run command; everything else must say what to run.
    if (const auto* node = section.get("load") != nullptr ? section.get("run") : section.require("run"))
        suite.run = reader.shell_line(*node, section.path("run")).value_or("");
    if (const auto* node = section.get("format")) suite.format = read_format(reader, *node, section.path("format"));
    if (const auto* node = section.get("artifacts")) suite.artifacts = reader.texts(*node, section.path("artifacts"));
    if (const auto* node = section.get("link_orders"))
        suite.link_orders = read_link_orders(reader, *node, section.path("link_orders"));
    if (const auto* node = section.get("environment"))
        suite.environment = read_environment(reader, *node, section.path("environment"));
    if (const auto* node = section.get("profile_regressions"))
        suite.profile_regressions = reader.boolean(*node, section.path("profile_regressions")).value_or(true);
    if (const auto* node = section.get("timeout"))
        suite.timeout = read_timeouts(reader, *node, section.path("timeout"));
    if (const auto* node = section.get("trials")) {
        const Section trials(reader, *node, "trials", section.path("trials"));
        if (const auto* most = trials.get("max"))
            suite.max_trials =
                reader.integer(*most, trials.path("max"), least_trials, most_trials).value_or(most_trials);
    }
    if (const auto* node = section.get("measure")) {
        suite.measure.clear();
        for (const auto* item : reader.list(*node, section.path("measure")))
            if (auto what = reader.word(*item, section.path("measure"), model::measure_words()))
                suite.measure.push_back(std::move(*what));
    }
}

/// What of a suite this version reads and does not carry out.
void note_unmet(const Section& section, const model::Suite& suite) {
    section.note_unmet("component", fmt::format("suite {}: components are not shown by this version", suite.name));
    if (suite.link_orders > 1 && suite.build.empty())
        section.note_unmet("link_orders", fmt::format("suite {}: nothing is built, so nothing is linked in several "
                                                      "orders",
                                                      suite.name));
    const auto& wishes = suite.measure;
    if (suite.artifacts.empty() &&
        std::find(wishes.begin(), wishes.end(), model::measure_artifact_size) != wishes.end())
        section.note_unmet("measure", fmt::format("suite {}: artifact_size is of the files that `artifacts` names, and "
                                                  "there are none",
                                                  suite.name));
    if (suite.load) return;
    for (const std::string_view key : {"service", "load", "profile", "search", "faults"})
        section.note_unmet(key,
                           fmt::format("suite {}: {} is not carried out where run says what to do", suite.name, key));
    section.note_unmet("objectives", fmt::format("suite {}: objectives are judged of a load, not of run", suite.name),
                       true);
}

}  // namespace

model::Suite read_suite(Reader& reader, const Node& key, const Node& value) {
    model::Suite suite;
    suite.name = key.text;
    suite.line = key.line;
    if (!good_name(key.text))
        reader.fail(
            key, fmt::format("{} is not a suite's name: up to 64 letters, digits, '.', '_' and '-'", quoted(key.text)));
    if (value.kind == Node::Kind::null) {
        reader.fail(key, fmt::format("suites.{} has no value", shown(key.text)));
        return suite;
    }
    Section section(reader, value, "suite", "suites." + shown(key.text));
    if (!section.is_map()) return suite;
    if (const auto* node = section.get("tier")) {
        const auto word =
            reader.word(*node, section.path("tier"), {"micro", "integration", "e2e", "load", "stress", "chaos"});
        suite.tier = model::tier_from(word.value_or("")).value_or(model::Tier::micro);
    }
    // Tests that load or break a whole service run when they are asked to, not on every change.
    const bool heavy =
        suite.tier == model::Tier::load || suite.tier == model::Tier::stress || suite.tier == model::Tier::chaos;
    suite.on.pull_request = suite.on.push = !heavy;
    if (const auto* node = section.get("on")) suite.on = read_triggers(reader, *node, section.path("on"));
    if (const auto* node = section.get("component"))
        suite.components = read_components(reader, *node, section.path("component"));
    read_how(reader, section, suite);
    auto load = read_load_suite(reader, section);
    if (suite.run.empty() && section.get("load") != nullptr) {
        if (section.get("service") == nullptr)
            reader.fail(value, section.path("service") + " is missing: nothing outside of the trial can be reached");
        suite.load = std::move(load);
    }
    note_unmet(section, suite);
    return suite;
}

}  // namespace benchgate::config
