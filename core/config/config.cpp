#include "core/config/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/config/readers.h"

namespace benchgate::config {
namespace {

constexpr std::chrono::minutes least_group_timeout{1};
constexpr std::chrono::hours most_group_timeout{6};  // GitHub's queue itself waits no longer

std::chrono::milliseconds read_group_timeout(Reader& reader, const Node& node, std::chrono::milliseconds otherwise) {
    const auto limit = reader.duration(node, "merge_group_timeout");
    if (!limit) return otherwise;
    if (*limit < least_group_timeout || *limit > most_group_timeout)
        reader.fail(node, fmt::format("merge_group_timeout: expected 1m to 6h, found {}", quoted(node.text)));
    return *limit;
}

std::vector<model::Suite> read_suites(Reader& reader, const Node& node) {
    std::vector<model::Suite> suites;
    if (node.kind != Node::Kind::map || node.entries.empty()) {
        reader.fail(node, "suites: expected a map of at least one suite");
        return suites;
    }
    if (node.entries.size() > max_suites) {
        reader.fail(node, fmt::format("suites: {} suites; {} are allowed", node.entries.size(), max_suites));
        return suites;
    }
    for (const auto& [key, value] : node.entries) suites.push_back(read_suite(reader, *key, *value));
    return suites;
}

model::Config read_config(Reader& reader, const Node& root) {
    model::Config config;
    Section section(reader, root, "config", "");
    if (!section.is_map()) return config;
    if (const auto* node = section.get("version")) {
        const auto version = reader.integer(*node, "version", 1, 1);
        config.version = version.value_or(1);
    }
    if (const auto* node = section.get("host_class")) config.host_class = reader.texts(*node, "host_class");
    if (const auto* node = section.get("forks")) {
        const auto word = reader.word(*node, "forks", {"never", "approve", "contributors", "always"});
        config.forks = model::fork_policy_from(word.value_or("")).value_or(config.forks);
    }
    if (const auto* node = section.get("report"))
        if (const auto word = reader.word(*node, "report", {"check", "status"}); word == "status")
            config.report = model::ReportAs::status;
    if (const auto* node = section.get("merge_group_timeout"))
        config.merge_group_timeout = read_group_timeout(reader, *node, config.merge_group_timeout);
    if (const auto* node = section.require("suites")) config.suites = read_suites(reader, *node);
    if (const auto* node = section.get("policy")) config.policy = read_policy(reader, *node);
    if (const auto* node = section.get("budgets")) config.budgets = read_budgets(reader, *node);
    if (const auto* node = section.get("claims")) config.claims = read_claims(reader, *node);
    if (const auto* node = section.get("growth")) config.growth = read_growth(reader, *node);
    if (const auto* node = section.get("alerts")) check_alerts(reader, *node);
    if (const auto* node = section.get("retention")) check_retention(reader, *node);
    section.note_unmet("alerts", "alerts are not sent by this version");
    section.note_unmet("retention", "retention is not applied by this version");
    return config;
}

}  // namespace

tl::expected<model::Config, std::vector<ConfigError>> parse(std::string_view yaml) {
    const auto tree = read_tree(yaml);
    Reader reader;
    model::Config config;
    if (tree.root != nullptr && tree.root->kind != Node::Kind::null) {
        config = read_config(reader, *tree.root);
    } else if (tree.errors.empty()) {
        reader.errors.push_back({1, 1, "the file is empty; it needs at least one suite"});
    }
    const auto by_place = [](const auto& a, const auto& b) {
        return std::pair(a.line, a.column) < std::pair(b.line, b.column);
    };
    auto errors = tree.errors;
    errors.insert(errors.end(), reader.errors.begin(), reader.errors.end());
    if (errors.empty()) {
        config.unmet = std::move(reader.unmet);
        std::stable_sort(config.unmet.begin(), config.unmet.end(), by_place);
        return config;
    }
    std::stable_sort(errors.begin(), errors.end(), by_place);
    // A value that several keys share by an alias is wrong once, not once a key.
    errors.erase(std::unique(errors.begin(), errors.end()), errors.end());
    if (errors.size() > max_errors) errors.resize(max_errors);
    return tl::unexpected(std::move(errors));
}

}  // namespace benchgate::config
