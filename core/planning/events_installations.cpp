// Events of the App's reach: installations, their repositories, and what becomes of a repository.

#include <algorithm>
#include <array>

#include "core/planning/event_fields.h"

namespace benchgate::planning {
namespace {

constexpr std::array<std::pair<std::string_view, InstallationAction>, 5> installation_actions{
    {{"created", InstallationAction::created},
     {"deleted", InstallationAction::deleted},
     {"suspend", InstallationAction::suspended},
     {"unsuspend", InstallationAction::unsuspended},
     {"new_permissions_accepted", InstallationAction::permissions_accepted}}};

constexpr std::array<std::pair<std::string_view, RepositoryAction>, 7> repository_actions{
    {{"renamed", RepositoryAction::renamed},
     {"transferred", RepositoryAction::transferred},
     {"archived", RepositoryAction::archived},
     {"unarchived", RepositoryAction::unarchived},
     {"deleted", RepositoryAction::deleted},
     {"privatized", RepositoryAction::privatized},
     {"publicized", RepositoryAction::publicized}}};

template <class Table>
auto find_action(const Table& table, std::string_view action) {
    return std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.first == action; });
}

/// False: there are more.
bool read_repositories(Fields& fields, std::string_view path, std::vector<RepositoryRef>& repositories) {
    return fields.each(path, most_listed_repositories, [&](Fields& item) {
        RepositoryRef repository;
        repository.id = item.id("id");
        const auto full_name = item.text("full_name", is_full_name, "not owner/name");
        const auto slash = full_name.find('/');
        if (slash == std::string::npos) return;
        repository.owner = full_name.substr(0, slash);
        repository.name = full_name.substr(slash + 1);
        repository.is_private = item.flag("private");
        repositories.push_back(std::move(repository));
    });
}

InstallationEvent read_account(Fields& fields) {
    InstallationEvent event;
    event.installation_id = fields.id("installation.id");
    event.account = fields.maybe_login("installation.account.login");
    event.sender = fields.maybe_login("sender.login");
    return event;
}

}  // namespace

EventResult read_installation(const json::Json& payload) {
    Fields fields(payload);
    const auto action = fields.action();
    if (fields.error()) return tl::unexpected(*fields.error());
    const auto known = find_action(installation_actions, action);
    if (known == installation_actions.end()) return Ignored{"an unknown action of an installation"};
    auto event = read_account(fields);
    event.action = known->second;
    const bool ends = event.action == InstallationAction::deleted || event.action == InstallationAction::suspended;
    event.incomplete = !read_repositories(fields, "repositories", ends ? event.removed : event.added);
    return fields.finished(std::move(event));
}

EventResult read_installation_repositories(const json::Json& payload) {
    Fields fields(payload);
    const auto action = fields.action();
    if (fields.error()) return tl::unexpected(*fields.error());
    if (action != "added" && action != "removed") return Ignored{"an unknown action of an installation"};
    auto event = read_account(fields);
    event.action = InstallationAction::repositories_changed;
    event.incomplete = !read_repositories(fields, "repositories_added", event.added);
    event.incomplete |= !read_repositories(fields, "repositories_removed", event.removed);
    return fields.finished(std::move(event));
}

EventResult read_repository(const json::Json& payload) {
    Fields fields(payload);
    const auto action = fields.action();
    if (fields.error()) return tl::unexpected(*fields.error());
    const auto known = find_action(repository_actions, action);
    if (known == repository_actions.end()) return Ignored{"a repository's action that changes nothing here"};
    RepositoryEvent event;
    event.action = known->second;
    event.source = fields.source();
    if (event.action == RepositoryAction::renamed)
        event.previous_name =
            fields.maybe_text("changes.repository.name.from", is_repository_word, "not a repository's name")
                .value_or("");
    if (event.action == RepositoryAction::transferred) {
        event.previous_owner = fields.maybe_login("changes.owner.from.user.login");
        if (event.previous_owner.empty())
            event.previous_owner = fields.maybe_login("changes.owner.from.organization.login");
    }
    return fields.finished(std::move(event));
}

}  // namespace benchgate::planning
