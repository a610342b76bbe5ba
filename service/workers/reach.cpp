#include "service/workers/reach.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "service/store/repositories.h"

namespace benchgate::workers {

void remember(store::Tx& tx, const planning::EventSource& source, store::Time now) {
    const auto known = store::find_repository(tx, source.repository.id);
    store::RepositoryRow row;
    row.repository_id = source.repository.id;
    row.owner = source.repository.owner;
    row.name = source.repository.name;
    row.default_branch = source.repository.default_branch;
    if (row.default_branch.empty() && known) row.default_branch = known->default_branch;
    row.installation_id = source.installation_id.value_or(known ? known->installation_id : 0);
    row.is_private = source.repository.is_private;
    if (!known || !(*known == row)) store::upsert_repository(tx, row, now);
}

std::function<void(store::Tx&, store::Time)> reach_of(const planning::InstallationEvent& event) {
    return [event](store::Tx& tx, store::Time now) {
        using planning::InstallationAction;
        const bool ends = event.action == InstallationAction::deleted || event.action == InstallationAction::suspended;
        if (ends || event.action == InstallationAction::unsuspended)
            store::set_installation_active(tx, event.installation_id, !ends, now);
        for (const auto& one : event.removed) store::set_repository_active(tx, one.id, false, now);
        for (const auto& one : event.added) {
            const auto known = store::find_repository(tx, one.id);
            store::upsert_repository(tx,
                                     {one.id, one.owner, one.name, known ? known->default_branch : "",
                                      event.installation_id, one.is_private, true},
                                     now);
        }
        spdlog::info("installation {}: {} repositories added, {} removed{}", event.installation_id, event.added.size(),
                     event.removed.size(), ends ? ", and out of reach" : "");
    };
}

std::function<void(store::Tx&, store::Time)> reach_of(const planning::RepositoryEvent& event) {
    return [event](store::Tx& tx, store::Time now) {
        using planning::RepositoryAction;
        remember(tx, event.source, now);
        const bool ends = event.action == RepositoryAction::archived || event.action == RepositoryAction::deleted;
        if (ends || event.action == RepositoryAction::unarchived)
            store::set_repository_active(tx, event.source.repository.id, !ends, now);
    };
}

CheckItem config_check(const std::string& head_sha, const std::vector<config::ConfigError>& errors) {
    CheckItem item;
    item.name = "benchgate";
    item.head_sha = head_sha;
    item.status = "completed";
    item.conclusion = "neutral";
    item.title = errors.size() == 1 ? "1 mistake in .benchgate.yml"
                                    : fmt::format("{} mistakes in .benchgate.yml", errors.size());
    item.summary =
        "Nothing was measured. The configuration is read from the base branch; once it is mended there, comment "
        "`/rebench`.\n\n";
    // Error texts quote the file; a code block of four blanks cannot be closed from within.
    for (const auto& error : errors)
        item.summary += fmt::format("    .benchgate.yml:{}:{}: {}\n", error.line, error.column, error.message);
    return item;
}

}  // namespace benchgate::workers
