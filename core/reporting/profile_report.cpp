#include "core/reporting/profile_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/reporting/escape.h"
#include "core/reporting/flame_graph.h"
#include "core/reporting/html_view.h"
#include "core/reporting/markdown_view.h"
#include "core/reporting/numbers.h"

namespace benchgate::reporting {
namespace {

using kainjow::mustache::data;

constexpr double least_difference = 0.001;
constexpr std::size_t most_told = 10;
constexpr std::size_t most_functions = 30;  // on the page
constexpr std::size_t longest_function = 120;

constexpr const char* caveat =
    "The samples come from trials of their own, which nothing else is measured in: no verdict depends on them.";

std::map<std::string, double> own_shares(const model::FoldedStacks& stacks) {
    std::map<std::string, double> shares;
    const auto total = static_cast<double>(std::max<std::uint64_t>(1, model::total_of(stacks)));
    for (const auto& [stack, count] : stacks) {
        const auto last = stack.rfind(';');
        shares[last == std::string::npos ? stack : stack.substr(last + 1)] += static_cast<double>(count) / total;
    }
    return shares;
}

/// Shares are subtracted, so it is points and no percentage of a percentage.
std::string difference_text(double difference) {
    return fmt::format("{}{:.1f}", difference < 0 ? "−" : "+", std::abs(difference) * 100);
}

std::string samples_text(const model::ProfileSide& side) {
    return fmt::format("{} in {}", counted(static_cast<long long>(side.samples), "sample"),
                       counted(side.trials, "trial"));
}

std::string samples_sentence(const model::Profile& profile) {
    return fmt::format("{} and {}, {} a second of processor time ({})", "Base " + samples_text(profile.base),
                       "head " + samples_text(profile.head), profile.frequency, profile.event);
}

std::string under_way(const ProfileReport& report) {
    if (!report.error.empty()) return report.error;
    if (report.state == "finished") return "nothing came of it";
    return report.progress.empty() ? report.state : report.progress;
}

data table_of(const std::vector<FunctionShare>& functions, std::size_t most, bool is_markdown) {
    data rows(data::type::list);
    for (std::size_t i = 0; i < std::min(most, functions.size()); ++i) {
        const auto& function = functions[i];
        const auto name = shortened(one_line(function.name), longest_function);
        data row("name", is_markdown ? markdown_name(name) : name);
        row.set("base", share_text(function.base));
        row.set("head", share_text(function.head));
        row.set("difference", difference_text(function.difference()));
        rows.push_back(row);
    }
    data table("rows", rows);
    if (functions.size() > most) table.set("more", data("count", std::to_string(functions.size() - most)));
    return table;
}

void set_tables(data& root, const ProfileReport& report, std::size_t most, bool is_markdown) {
    const auto changes = share_changes(report.base, report.head);
    if (!changes.grew.empty()) root.set("grew", table_of(changes.grew, most, is_markdown));
    if (!changes.shrank.empty()) root.set("shrank", table_of(changes.shrank, most, is_markdown));
    if (changes.grew.empty() && changes.shrank.empty()) root.set("alike", data("yes", "yes"));
}

bool is_safe(const std::string& address) {
    return !address.empty() && address.find_first_of("() <>\n") == std::string::npos;
}

data commit_data(const ProfileReport& report, const std::string& sha) {
    data commit("short", short_sha(sha));
    commit.set("full", shortened(one_line(sha), 80));
    if (!report.repository_url.empty() && !sha.empty())
        commit.set("link", data("href", safe_address(report.repository_url + "/commit/" + sha)));
    return commit;
}

data drawing_of(const ProfileReport& report, model::Side widths) {
    return data("graph", flame_graph_data(report.base, report.head,
                                          {widths, fmt::format("Flame graph of {}, widths by {}", report.benchmark,
                                                               widths == model::Side::head ? "head" : "base")}));
}

}  // namespace

std::string share_text(double share) {
    return share > 0 && share < 0.0005 ? "< 0.1 %" : fmt::format("{:.1f} %", share * 100);
}

ShareChanges share_changes(const model::FoldedStacks& base, const model::FoldedStacks& head) {
    std::map<std::string, FunctionShare> functions;
    for (const auto& [name, share] : own_shares(base)) functions[name].base = share;
    for (const auto& [name, share] : own_shares(head)) functions[name].head = share;
    const auto variance = [](double share, std::uint64_t samples) {
        return share * (1 - share) / static_cast<double>(std::max<std::uint64_t>(1, samples));
    };
    const auto base_samples = model::total_of(base), head_samples = model::total_of(head);
    ShareChanges changes;
    for (auto& [name, function] : functions) {
        function.name = name;
        const double noise =
            2 * std::sqrt(variance(function.base, base_samples) + variance(function.head, head_samples));
        if (std::abs(function.difference()) < least_difference || std::abs(function.difference()) <= noise) continue;
        (function.difference() > 0 ? changes.grew : changes.shrank).push_back(function);
    }
    const auto by_size = [](const FunctionShare& a, const FunctionShare& b) {
        return std::abs(a.difference()) > std::abs(b.difference());
    };
    std::stable_sort(changes.grew.begin(), changes.grew.end(), by_size);
    std::stable_sort(changes.shrank.begin(), changes.shrank.end(), by_size);
    return changes;
}

std::string render_profile_answer(const ProfileReport& report) {
    data root("benchmark", markdown_name(report.benchmark));
    root.set("suite", markdown_name(report.suite));
    root.set("base_commit", markdown_commit(report.repository_url, report.base_sha));
    root.set("head_commit", markdown_commit(report.repository_url, report.head_sha));
    root.set("caveat", caveat);
    if (!report.runner.empty()) root.set("runner", data("name", markdown_text(shortened(one_line(report.runner), 60))));
    if (report.profile) {
        data profile("samples", samples_sentence(*report.profile));
        set_tables(profile, report, most_told, true);
        if (report.profile->whole_command) profile.set("whole", data("yes", "yes"));
        root.set("profile", profile);
        if (is_safe(report.page_url)) root.set("page", data("url", report.page_url));
    } else {
        data missing("reason", markdown_text(shortened(one_line(under_way(report)), 1000)));
        if (!report.log_tail.empty()) missing.set("log", data("block", markdown_block(report.log_tail)));
        root.set("missing", missing);
    }
    return render_markdown_data("profile", std::move(root));
}

std::string render_profile_page(const ProfileReport& report) {
    const auto benchmark = shortened(one_line(report.benchmark));
    data root("benchmark", benchmark);
    data repository("href", safe_address("/" + report.repository));
    repository.set("name", shortened(one_line(report.repository)));
    root.set("repository", repository);
    if (report.pull_number) {
        data pull("number", std::to_string(*report.pull_number));
        pull.set("href", safe_address(fmt::format("/{}/pull/{}", report.repository, *report.pull_number)));
        root.set("pull", pull);
    }
    root.set("suite", shortened(one_line(report.suite)));
    if (!report.runner.empty()) root.set("runner", data("name", shortened(one_line(report.runner), 60)));
    root.set("base_commit", commit_data(report, report.base_sha));
    root.set("head_commit", commit_data(report, report.head_sha));
    if (report.profile) {
        data profile("samples", samples_sentence(*report.profile));
        profile.set("caveat", caveat);
        if (report.profile->whole_command) profile.set("whole", data("yes", "yes"));
        set_tables(profile, report, most_functions, false);
        profile.set("by_head", drawing_of(report, model::Side::head));
        profile.set("by_base", drawing_of(report, model::Side::base));
        profile.set("folder", safe_address(report.page_path));
        root.set("profile", profile);
    } else {
        data missing("reason", shortened(one_line(under_way(report)), 1000));
        if (!report.log_tail.empty()) missing.set("log", data("text", many_lines(report.log_tail)));
        root.set("missing", missing);
        if (report.error.empty() && report.state != "finished") root.set("refresh", data("seconds", "30"));
    }
    return render_html_template("profile_page", std::move(root), "Profile of " + benchmark, Style::linked);
}

}  // namespace benchgate::reporting
