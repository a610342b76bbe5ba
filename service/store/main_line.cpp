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

}  // namespace benchgate::store
