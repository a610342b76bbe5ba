#include "runners/host/fitness.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/json/json.h"

namespace benchgate::host {
namespace {

using model::FactStatus;

constexpr std::size_t widest_seen = 48, widest_wanted = 36;

bool names(const std::string& rule, const std::string& id) {
    if (!rule.ends_with('*')) return rule == id;
    return std::string_view(id).starts_with(std::string_view(rule).substr(0, rule.size() - 1));
}

bool any_names(const std::vector<std::string>& rules, const std::string& id) {
    return std::ranges::any_of(rules, [&](const auto& rule) { return names(rule, id); });
}

/// Columns, not bytes: what is not ASCII here is a degree sign.
std::size_t columns_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width) {
    const auto columns = columns_of(text);
    return text + std::string(columns < width ? width - columns : 0, ' ');
}

std::string seen_of(const model::HostFact& fact) {
    return fact.observed.empty() ? "-" : fact.observed;
}

/// `text` behind what stands in the first `indent` columns, on lines of at most `columns`; a longer word stays whole.
std::string hung(std::string_view text, std::size_t indent, std::size_t columns) {
    std::string lines;
    std::size_t at = indent;
    for (std::size_t from = 0; from < text.size();) {
        const auto end = std::min(text.find(' ', from), text.size());
        const auto word = text.substr(from, end - from);
        if (at > indent && at + 1 + columns_of(word) > columns) {
            lines += "\n" + std::string(indent, ' ');
            at = indent;
        }
        if (at > indent) lines += ' ', ++at;
        lines += word;
        at += columns_of(word);
        from = end + 1;
    }
    return lines + "\n";
}

/// A line a fact, and what is wanted of one that is not ok below it.
std::string narrow_list(const std::vector<model::HostFact>& facts, std::size_t id_width, std::size_t columns) {
    constexpr std::size_t status_width = 7, label_width = 8;
    std::string text;
    for (const auto& fact : facts) {
        text += fmt::format("{} {} {}", padded(std::string(model::to_string(fact.status)), status_width),
                            padded(fact.id, id_width), hung(seen_of(fact), status_width + id_width + 2, columns));
        if (fact.status == FactStatus::ok || fact.status == FactStatus::unknown) continue;
        for (const auto& [label, words] : {std::pair("wanted", fact.wanted), std::pair("mend", fact.fix)})
            if (!words.empty())
                text += fmt::format("{}{}{}", std::string(status_width + 1, ' '), padded(label, label_width),
                                    hung(words, status_width + 1 + label_width, columns));
    }
    return text;
}

}  // namespace

tl::expected<void, std::string> check_rules(const FitnessRules& rules, const std::vector<model::HostFact>& facts) {
    for (const auto* list : {&rules.require, &rules.tolerate})
        for (const auto& rule : *list) {
            if (std::ranges::any_of(facts, [&](const auto& fact) { return names(rule, fact.id); })) continue;
            std::string known;
            const auto topic = rule.substr(0, rule.find('.') + 1);
            for (const auto& fact : facts)
                if (topic.empty() || fact.id.starts_with(topic)) known += (known.empty() ? "" : ", ") + fact.id;
            return tl::unexpected(
                fmt::format("there is no fact '{}'{}", rule,
                            known.empty() ? "; `benchgate-runner preflight` lists them" : "; there are: " + known));
        }
    return {};
}

void apply_rules(const FitnessRules& rules, std::vector<model::HostFact>& facts) {
    for (auto& fact : facts) {
        if (fact.status != FactStatus::ok && any_names(rules.require, fact.id)) {
            if (fact.status == FactStatus::unknown) fact.fix = "this host does not tell; do not require it here";
            fact.status = FactStatus::fail;
        }
        if (fact.status == FactStatus::fail && any_names(rules.tolerate, fact.id)) fact.status = FactStatus::warn;
    }
}

FactStatus overall(const std::vector<model::HostFact>& facts) {
    auto worst = FactStatus::ok;
    for (const auto& fact : facts) {
        if (fact.status == FactStatus::fail) return FactStatus::fail;
        if (fact.status == FactStatus::warn) worst = FactStatus::warn;
    }
    return worst;
}

std::string why_unfit(const std::vector<model::HostFact>& facts) {
    std::string text;
    for (const auto& fact : facts)
        if (fact.status == FactStatus::fail)
            text += fmt::format("{}{} is {} (wanted: {}; {})", text.empty() ? "" : ", ", fact.id,
                                fact.observed.empty() ? "unknown" : fact.observed, fact.wanted, fact.fix);
    return text;
}

std::string facts_table(const std::vector<model::HostFact>& facts, std::size_t columns) {
    std::size_t id_width = 2, seen_width = 4, wanted_width = 6;
    for (const auto& fact : facts) {
        id_width = std::max(id_width, fact.id.size());
        seen_width = std::max(seen_width, std::min(columns_of(seen_of(fact)), widest_seen));
        wanted_width = std::max(wanted_width, std::min(columns_of(fact.wanted), widest_wanted));
    }
    const auto line = [&](const std::string& status, const std::string& id, const std::string& seen,
                          const std::string& wanted, const std::string& fix) {
        auto text = fmt::format("{} {} {} {} {}", padded(status, 7), padded(id, id_width), padded(seen, seen_width),
                                padded(wanted, wanted_width), fix);
        while (text.ends_with(' ')) text.pop_back();
        return text + "\n";
    };
    auto table = line("status", "id", "seen", "wanted", "how to mend");
    for (const auto& fact : facts)
        table += line(std::string(model::to_string(fact.status)), fact.id, seen_of(fact), fact.wanted, fact.fix);
    std::size_t widest = 0;
    for (std::size_t from = 0, end = 0; (end = table.find('\n', from)) != std::string::npos; from = end + 1)
        widest = std::max(widest, columns_of(std::string_view(table).substr(from, end - from)));
    return columns == 0 || widest <= columns ? table : narrow_list(facts, id_width, columns);
}

std::string facts_json(const std::vector<model::HostFact>& facts) {
    auto list = json::Json::array();
    for (const auto& fact : facts)
        list.push_back({{"id", fact.id},
                        {"status", model::to_string(fact.status)},
                        {"observed", fact.observed},
                        {"wanted", fact.wanted},
                        {"fix", fact.fix}});
    return json::dump(
               json::Json{
                   {"schema_version", 1}, {"fit", overall(facts) != FactStatus::fail}, {"facts", std::move(list)}},
               2) +
           "\n";
}

}  // namespace benchgate::host
