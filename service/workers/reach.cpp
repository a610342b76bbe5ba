#include "service/workers/reach.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <set>

#include "service/store/closing.h"
#include "service/store/repositories.h"
#include "service/store/runs.h"
#include "service/workers/closing.h"

namespace benchgate::workers {

namespace {

using planning::InstallationAction;

/// Its open runs end; the checks are closed when it is in reach again.
void leave(store::Tx& tx, std::int64_t repository_id, store::Time now) {
    const std::string reason = "The repository was out of the App's reach.";
    for (const auto& run_id : store::cancel_runs_of(tx, repository_id, reason, now).runs) {
        const auto run = store::find_run(tx, repository_id, run_id);
        if (!run) continue;
        const auto words = reason + (run->number ? " `/rebench` measures this head." : "");
        for (const auto& name : check_names(tx, *run))
            announce_check(tx, repository_id,
                           {name, run->head_sha, "completed", "cancelled", "Cancelled", words, "", "", run_id}, now);
    }
}

void take_in(store::Tx& tx, std::int64_t installation_id, const planning::RepositoryRef& one, store::Time now) {
    const auto known = store::find_repository(tx, one.id);
    store::upsert_repository(
        tx, {one.id, one.owner, one.name, known ? known->default_branch : "", installation_id, one.is_private, true},
        now);
}

/// What was to be said meanwhile may be said now.
void come_back(store::Tx& tx, std::int64_t installation_id, store::Time now) {
    store::revive_given_up(tx, {installation_id, now, now - revived_for}, now);
}

}  // namespace

void take_out(store::Tx& tx, const store::InstalledRepository& repository, store::Time now) {
    if (store::set_repository_installed(tx, repository, false, now)) leave(tx, repository.repository_id, now);
}

void take_listed(store::Tx& tx, std::int64_t installation_id, const Listed& listed, store::Time now) {
    std::set<std::int64_t> seen;
    for (const auto& one : listed.items) {
        seen.insert(one.id);
        store::upsert_repository(
            tx, {one.id, one.owner, one.name, one.default_branch, installation_id, one.is_private, true}, now);
        store::set_repository_archived(tx, one.id, one.archived, now);
    }
    if (!listed.is_whole()) return;
    for (const auto& known : store::repositories_of(tx, installation_id))
        if (seen.count(known.repository_id) == 0) take_out(tx, {known.repository_id, installation_id}, now);
}

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
    // An event that comes late says nothing of whether the repository is in reach by now.
    if (known) row.active = known->active;
    if (!known || !(*known == row)) store::upsert_repository(tx, row, now);
}

store::PullRequestRow row_of(const planning::EventSource& source, const planning::PullRequest& pull) {
    return {source.repository.id, pull.number, pull.head_sha, pull.base_ref, pull.head_repository, pull.fork, pull.open,
            std::nullopt,         pull.draft,  pull.merge_sha};
}

bool must_be_asked(const planning::InstallationEvent& event) {
    const bool ends = event.action == InstallationAction::deleted || event.action == InstallationAction::suspended;
    const bool begins = event.action == InstallationAction::created || event.action == InstallationAction::unsuspended;
    return !ends && (event.incomplete || (begins && event.added.empty()));
}

std::function<void(store::Tx&, store::Time)> reach_of(const planning::InstallationEvent& event,
                                                      std::optional<Listed> listed) {
    return [event, listed = std::move(listed)](store::Tx& tx, store::Time now) {
        const auto id = event.installation_id;
        const bool ends = event.action == InstallationAction::deleted || event.action == InstallationAction::suspended;
        const bool begins =
            event.action == InstallationAction::created || event.action == InstallationAction::unsuspended;
        if (ends || begins) store::set_installation_suspended(tx, id, ends, now);
        // What a suspended installation holds is only listed, not taken out of it.
        if (event.action != InstallationAction::suspended)
            for (const auto& one : event.removed) take_out(tx, {one.id, id}, now);
        for (const auto& one : event.added) take_in(tx, id, one, now);
        if (event.action == InstallationAction::deleted)
            for (const auto& known : store::repositories_of(tx, id)) leave(tx, known.repository_id, now);
        if (listed) take_listed(tx, id, *listed, now);
        if (!ends) come_back(tx, id, now);
        spdlog::info("installation {}: {} repositories added, {} removed{}", id,
                     listed ? listed->items.size() : event.added.size(), event.removed.size(),
                     ends ? ", and out of reach" : "");
    };
}

std::function<void(store::Tx&, store::Time)> reach_of(const planning::RepositoryEvent& event) {
    return [event](store::Tx& tx, store::Time now) {
        using planning::RepositoryAction;
        remember(tx, event.source, now);
        const auto repository = store::find_repository(tx, event.source.repository.id);
        if (!repository) return;
        const auto id = repository->repository_id;
        // Nobody will ever look at its checks.
        if (event.action == RepositoryAction::deleted) {
            store::set_repository_installed(tx, {id, repository->installation_id}, false, now);
            store::cancel_runs_of(tx, id, "The repository was deleted.", now);
        }
        if (event.action == RepositoryAction::archived) store::set_repository_archived(tx, id, true, now);
        if (event.action == RepositoryAction::unarchived && store::set_repository_archived(tx, id, false, now))
            come_back(tx, repository->installation_id, now);
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
    for (const auto& error : errors) {
        item.summary += fmt::format("    .benchgate.yml:{}:{}: {}\n", error.line, error.column, error.message);
        // Shown where a change mends or touches the line.
        item.annotations.push_back({".benchgate.yml", error.line, error.line, github::AnnotationLevel::failure,
                                    error.message, "Mistake in the configuration"});
    }
    return item;
}

}  // namespace benchgate::workers
