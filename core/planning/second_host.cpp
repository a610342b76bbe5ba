#include "core/planning/second_host.h"

#include <fmt/format.h>

#include <algorithm>

namespace benchgate::planning {
namespace {

constexpr std::size_t most_hosts_named = 3;

bool is_live(const KnownHost& host, std::chrono::system_clock::time_point now) {
    return host.state == "ready" && !host.resting && now - host.last_seen_at <= host_lives_for;
}

bool is_of_class(const KnownHost& host, const HostWanted& wanted) {
    return host.protocol >= wanted.protocol &&
           std::all_of(wanted.labels.begin(), wanted.labels.end(), [&](const std::string& label) {
               return std::find(host.labels.begin(), host.labels.end(), label) != host.labels.end();
           });
}

}  // namespace

std::vector<std::string> other_hosts(const std::vector<KnownHost>& hosts, const HostWanted& wanted) {
    std::vector<std::string> names;
    for (const auto& host : hosts)
        if (host.runner_id != wanted.first && is_live(host, wanted.now) && is_of_class(host, wanted))
            names.push_back(host.name);
    return names;
}

bool needs_second_host(model::RunKind kind) {
    return kind == model::RunKind::pull_request || kind == model::RunKind::command ||
           kind == model::RunKind::merge_group;
}

std::string hosts_text(const std::vector<std::string>& names) {
    if (names.empty()) return "another host";
    if (names.size() > most_hosts_named) return fmt::format("one of {} other hosts", names.size());
    std::string text = names[0];
    for (std::size_t i = 1; i < names.size(); ++i) text += (i + 1 == names.size() ? " or " : ", ") + names[i];
    return text;
}

}  // namespace benchgate::planning
