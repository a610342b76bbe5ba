// The order of main's commits: the first part of history.h.

#include <algorithm>
#include <map>

#include "service/store/history.h"
#include "service/store/sql.h"

namespace benchgate::store {
namespace {

constexpr Query places{"main_commits_places", R"(
    select sha, place from main_commits where repository_id = $1 and sha = any ($2::text[]))"};

constexpr Query top{"main_commits_top", "select max(place) as place from main_commits where repository_id = $1"};

constexpr Query lock{"main_commits_lock", "select pg_advisory_xact_lock(hashtextextended('main_commits', $1::bigint))"};

constexpr Query cut{"main_commits_cut", "delete from main_commits where repository_id = $1 and place > $2"};

constexpr Query append{"main_commits_append", R"(
    insert into main_commits (repository_id, sha, place)
    select $1, sha, $3 + number - 1 from unnest($2::text[]) with ordinality as walked (sha, number)
    on conflict do nothing)"};

constexpr Query between{"main_commits_between", R"(
    select sha from main_commits
    where repository_id = $1
      and place > (select place from main_commits where repository_id = $1 and sha = $2)
      and place <= (select place from main_commits where repository_id = $1 and sha = $3)
    order by place desc limit $4)"};

constexpr Query forget_releases{"main_commits_forget_releases", R"(
    update main_commits set release = null where repository_id = $1 and release is not null)"};

constexpr Query put_release_tags{"main_commits_put_releases", R"(
    update main_commits set release = tags.tag
    from (select sha, (array_agg(tag order by number desc))[1] as tag
          from unnest($2::text[], $3::text[]) with ordinality as tags (sha, tag, number) group by sha) as tags
    where main_commits.repository_id = $1 and main_commits.sha = tags.sha)"};

constexpr Query newest_release_tag{"main_commits_newest_release", R"(
    select release, sha, place from main_commits
    where repository_id = $1 and release is not null and place <= $2 order by place desc limit 1)"};

Release read_release(const pqxx::row& row) {
    return {column<std::string>(row, "release"), column<std::string>(row, "sha"), column<std::int64_t>(row, "place")};
}

}  // namespace

std::vector<std::optional<std::int64_t>> places_of(Tx& tx, std::int64_t repository_id,
                                                   const std::vector<std::string>& commits) {
    std::map<std::string, std::int64_t> known;
    for (const auto& row : exec(tx, places, repository_id, text_array(commits)))
        known[column<std::string>(row, "sha")] = column<std::int64_t>(row, "place");
    std::vector<std::optional<std::int64_t>> found;
    found.reserve(commits.size());
    for (const auto& sha : commits) {
        const auto place = known.find(sha);
        found.push_back(place == known.end() ? std::nullopt : std::optional(place->second));
    }
    return found;
}

std::optional<std::int64_t> highest_place(Tx& tx, std::int64_t repository_id) {
    return maybe<std::int64_t>(exec(tx, top, repository_id).front(), "place");
}

void lock_line(Tx& tx, std::int64_t repository_id) {
    exec(tx, lock, repository_id);
}

void apply_line_step(Tx& tx, std::int64_t repository_id, const history::LineStep& step,
                     const std::vector<std::string>& walked) {
    if (step.cut_above) exec(tx, cut, repository_id, *step.cut_above);
    if (step.first_new >= walked.size()) return;
    const std::vector<std::string> fresh(walked.begin() + static_cast<std::ptrdiff_t>(step.first_new), walked.end());
    exec(tx, append, repository_id, text_array(fresh), step.first_place);
}

std::vector<std::string> commits_between(Tx& tx, std::int64_t repository_id, const std::string& after,
                                         const std::string& to, int limit) {
    std::vector<std::string> commits;
    for (const auto& row : exec(tx, between, repository_id, after, to, limit))
        commits.push_back(column<std::string>(row, "sha"));
    std::ranges::reverse(commits);
    return commits;
}

void put_releases(Tx& tx, std::int64_t repository_id, const std::vector<Release>& releases) {
    std::vector<std::string> commits, tags;
    for (const auto& release : releases) {
        commits.push_back(release.sha);
        tags.push_back(release.tag);
    }
    exec(tx, forget_releases, repository_id);
    exec(tx, put_release_tags, repository_id, text_array(commits), text_array(tags));
}

std::optional<Release> newest_release(Tx& tx, std::int64_t repository_id, std::int64_t until) {
    return first(exec(tx, newest_release_tag, repository_id, until), read_release);
}

}  // namespace benchgate::store
