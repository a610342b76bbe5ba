#include "service/store/repositories.h"

#include "service/store/sql.h"

namespace benchgate::store {
namespace {

// Another installation has it: whether the former one was suspended says nothing any more.
constexpr Query upsert{"repositories_upsert", R"(
    insert into repositories as known (repository_id, owner, name, default_branch, installation_id, private, installed,
                                       updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (repository_id) do update set owner = excluded.owner, name = excluded.name,
        default_branch = excluded.default_branch, installation_id = excluded.installation_id,
        private = excluded.private, updated_at = excluded.updated_at,
        installed = excluded.installed or known.installed or known.installation_id <> excluded.installation_id,
        suspended = known.suspended and known.installation_id = excluded.installation_id)"};

// What waits to be said goes out in the lane of the installation that may say it now.
constexpr Query change_lane{"repositories_change_lane", R"(
    update outbox set installation_id = null
    where repository_id = $1 and state = 'pending' and installation_id <> $2)"};

constexpr Query rename{"repositories_rename", R"(
    update repositories set owner = $2, name = $3, updated_at = $4
    where repository_id = $1 and (owner, name) <> ($2, $3))"};

constexpr Query find_by_id{"repositories_find", "select * from repositories where repository_id = $1"};

constexpr Query find_by_name{"repositories_find_by_name", R"(
    select * from repositories where lower(owner) = lower($1) and lower(name) = lower($2)
    order by active desc, updated_at desc limit 1)"};

constexpr Query list{"repositories_list", "select * from repositories order by lower(owner), lower(name)"};

constexpr Query set_installed{"repositories_set_installed", R"(
    update repositories set installed = $3, updated_at = $4
    where repository_id = $1 and installation_id = $2 and installed <> $3)"};

constexpr Query set_archived{"repositories_set_archived", R"(
    update repositories set archived = $2, updated_at = $3 where repository_id = $1 and archived <> $2)"};

constexpr Query set_suspended{"repositories_set_suspended", R"(
    update repositories set suspended = $2, updated_at = $3 where installation_id = $1 and suspended <> $2)"};

constexpr Query of_installation{"repositories_of_installation",
                                "select * from repositories where installation_id = $1 order by repository_id"};

RepositoryRow read(const pqxx::row& row) {
    return {.repository_id = column<std::int64_t>(row, "repository_id"),
            .owner = column<std::string>(row, "owner"),
            .name = column<std::string>(row, "name"),
            .default_branch = column<std::string>(row, "default_branch"),
            .installation_id = column<std::int64_t>(row, "installation_id"),
            .is_private = column<bool>(row, "private"),
            .active = column<bool>(row, "active")};
}

}

void upsert_repository(Tx& tx, const RepositoryRow& row, Time now) {
    exec(tx, upsert, row.repository_id, row.owner, row.name, row.default_branch, row.installation_id, row.is_private,
         row.active, now);
    exec(tx, change_lane, row.repository_id, row.installation_id);
}

bool rename_repository(Tx& tx, std::int64_t repository_id, const std::string& owner, const std::string& name,
                       Time now) {
    return exec(tx, rename, repository_id, owner, name, now).affected_rows() > 0;
}

std::optional<RepositoryRow> find_repository(Tx& tx, std::int64_t repository_id) {
    return first(exec(tx, find_by_id, repository_id), read);
}

std::optional<RepositoryRow> find_repository(Tx& tx, const std::string& owner, const std::string& name) {
    return first(exec(tx, find_by_name, owner, name), read);
}

std::vector<RepositoryRow> list_repositories(Tx& tx) {
    return all(exec(tx, list), read);
}

std::vector<RepositoryRow> repositories_of(Tx& tx, std::int64_t installation_id) {
    return all(exec(tx, of_installation, installation_id), read);
}

bool set_repository_installed(Tx& tx, const InstalledRepository& repository, bool installed, Time now) {
    return exec(tx, set_installed, repository.repository_id, repository.installation_id, installed, now)
               .affected_rows() > 0;
}

bool set_repository_archived(Tx& tx, std::int64_t repository_id, bool archived, Time now) {
    return exec(tx, set_archived, repository_id, archived, now).affected_rows() > 0;
}

std::size_t set_installation_suspended(Tx& tx, std::int64_t installation_id, bool suspended, Time now) {
    return exec(tx, set_suspended, installation_id, suspended, now).affected_rows();
}

}
