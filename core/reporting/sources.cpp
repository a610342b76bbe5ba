#include "core/reporting/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/model/resources.h"
#include "core/reporting/escape.h"

namespace benchgate::reporting {
namespace {

constexpr std::string_view prefix = "measure.";
constexpr std::string_view build_time = "build.time";
constexpr std::string_view not_measured = "not measured: ";

struct Group {
    std::string what;  ///< a source, or why there is none
    std::vector<std::string> metrics;
};

void add(std::vector<Group>& groups, std::string what, std::string metric) {
    const auto same = [&](const Group& group) { return group.what == what; };
    const auto found = std::find_if(groups.begin(), groups.end(), same);
    if (found != groups.end())
        found->metrics.push_back(std::move(metric));
    else
        groups.push_back({std::move(what), {std::move(metric)}});
}

std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
    return text;
}

template <class Take>
void each_fact(const SuiteReport& suite, Take take) {
    for (const auto& fact : suite.host)
        if (fact.id.starts_with(prefix)) take(shortened(one_line(fact.id.substr(prefix.size())), 40), fact);
}

}  // namespace

std::vector<std::string> source_sentences(const SuiteReport& suite) {
    std::vector<Group> read, missing;
    std::vector<std::string> sentences;
    each_fact(suite, [&](std::string metric, const model::HostFact& fact) {
        const auto observed = shortened(one_line(fact.observed), 400);
        if (fact.status == model::FactStatus::unknown && observed.starts_with(not_measured))
            add(missing, observed.substr(not_measured.size()), std::move(metric));
        else
            add(read, observed, std::move(metric));
    });
    for (const auto& fact : suite.host)
        if (fact.id == build_time) sentences.push_back("built in " + shortened(one_line(fact.observed), 200));
    std::string text;
    for (const auto& group : read)
        text += fmt::format("{}{} from {}", text.empty() ? "" : "; ", listed(group.metrics), group.what);
    if (!text.empty()) sentences.insert(sentences.begin(), fmt::format("{}: {}", model::whole_command, text));
    for (const auto& group : missing)
        sentences.push_back(fmt::format("not measured: {} ({})", listed(group.metrics), group.what));
    return sentences;
}

json::OrderedJson sources_json(const SuiteReport& suite) {
    auto document = json::OrderedJson::object();
    each_fact(suite, [&](const std::string& metric, const model::HostFact& fact) {
        const bool missing = fact.status == model::FactStatus::unknown && fact.observed.starts_with(not_measured);
        document[metric] = missing ? json::OrderedJson{{"missing", fact.observed.substr(not_measured.size())}}
                                   : json::OrderedJson{{"source", fact.observed}};
    });
    return document;
}

}  // namespace benchgate::reporting
