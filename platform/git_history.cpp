#include <algorithm>

#include "platform/git_internal.h"

namespace benchgate::platform {

using git::failed;

GitResult<std::vector<std::string>> Repository::first_parent_path(const CommitRange& range, std::size_t limit) const {
    std::vector<std::string> commits;
    for (std::string at = range.to; at != range.from && commits.size() < limit;) {
        git::Commit commit;
        if (auto found = git::find_commit(repository_, at, commit); !found) return tl::unexpected(found.error());
        commits.push_back(at);
        const git_oid* parent = git_commit_parent_id(commit.get(), 0);
        if (parent == nullptr && !range.from.empty())
            return git::error(GitErrorKind::not_found,
                              range.from + " does not come before " + range.to + " along first parents");
        if (parent == nullptr) break;
        at = git::to_text(*parent);
    }
    std::reverse(commits.begin(), commits.end());
    return commits;
}

GitResult<bool> Repository::is_reachable(std::string_view commit, const std::vector<std::string>& from) const {
    git::Commit wanted;
    if (auto found = git::find_commit(repository_, commit, wanted); !found) return tl::unexpected(found.error());
    std::vector<git_oid> tips;
    for (const auto& sha : from) {
        git::Commit tip;
        if (git::find_commit(repository_, sha, tip)) tips.push_back(*git_commit_id(tip.get()));
    }
    if (tips.empty()) return false;
    const int code = git_graph_reachable_from_any(repository_, git_commit_id(wanted.get()), tips.data(), tips.size());
    if (code < 0) return failed(code, "cannot walk the history");
    return code == 1;
}

}
