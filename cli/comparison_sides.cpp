#include "cli/comparison_sides.h"

#include <fmt/format.h>

#include <algorithm>

namespace benchgate::cli {
namespace {

tl::expected<std::string, std::string> commit(const platform::LocalRepository& repository, const std::string& name) {
    auto sha = repository.resolve(name);
    if (sha) return *sha;
    // What libgit2 says of a name that is nowhere says it twice more.
    const auto& message = sha.error().message;
    const bool nowhere = message.find("not found") != std::string::npos;
    return tl::unexpected(fmt::format("'{}' is no commit of this repository{}", name, nowhere ? "" : ": " + message));
}

tl::expected<SidesOf, std::string> default_sides(const platform::LocalRepository& repository) {
    const auto branch = repository.default_branch();
    if (!branch)
        return tl::unexpected(
            std::string("there is no default branch to compare with; say which commits: benchgate compare BASE..HEAD"));
    auto head = commit(repository, "HEAD");
    if (!head) return tl::unexpected(head.error());
    const auto tip = commit(repository, *branch);
    if (!tip) return tl::unexpected(tip.error());
    const auto base = repository.merge_base(*tip, *head);
    if (!base) return tl::unexpected(fmt::format("{} and HEAD: {}", *branch, base.error().message));
    return SidesOf{*base, std::string(worktree), *branch,
                   fmt::format("comparing the working tree with {}, where it left {}", base->substr(0, 10), *branch)};
}

/// On the default branch itself, in a clone that is cut short, after a change that was not saved: what then passes has
/// answered nothing, and must not look as if it had.
bool are_the_same(const platform::LocalRepository& repository, const SidesOf& sides) {
    if (sides.head_sha != worktree) return sides.base_sha == sides.head_sha;
    const auto head = repository.resolve("HEAD");
    const auto dirty = repository.is_dirty();
    return head && dirty && *head == sides.base_sha && !*dirty;
}

tl::expected<SidesOf, std::string> chosen_sides(const platform::LocalRepository& repository, const std::string& range) {
    if (range.empty()) return default_sides(repository);
    const auto dots = std::min(range.find(".."), range.size());
    // Three dots mean the merge-base, as in git diff.
    const bool from_merge_base = range.compare(dots, 3, "...") == 0;
    const auto base_name = range.substr(0, dots);
    const auto head_name = range.substr(std::min(dots + (from_merge_base ? 3 : 2), range.size()));
    if (base_name.empty() || head_name.empty())
        return tl::unexpected(
            fmt::format("'{}' is no range; write BASE..HEAD, BASE...HEAD or BASE..WORKTREE, for example {}..HEAD",
                        range, dots == range.size() ? range : "main"));
    if (base_name == worktree)
        return tl::unexpected("WORKTREE can only be the head: benchgate compare " + head_name + "..WORKTREE");
    const auto base = commit(repository, base_name);
    if (!base) return tl::unexpected(base.error());
    const bool is_worktree = head_name == worktree;
    // The working tree's history is that of the commit that is checked out.
    const auto head = is_worktree && !from_merge_base ? *base : commit(repository, is_worktree ? "HEAD" : head_name);
    if (!head) return tl::unexpected(head.error());
    // Reports say "merge-base with" before this name.
    SidesOf sides{*base, is_worktree ? std::string(worktree) : *head, from_merge_base ? base_name : "", ""};
    if (from_merge_base) {
        const auto shared = repository.merge_base(*base, *head);
        if (!shared) return tl::unexpected(fmt::format("{}: {}", range, shared.error().message));
        sides.base_sha = *shared;
    }
    return sides;
}

}  // namespace

tl::expected<SidesOf, std::string> read_range(const platform::LocalRepository& repository, const std::string& range) {
    auto sides = chosen_sides(repository, range);
    if (sides && are_the_same(repository, *sides))
        sides->note += fmt::format("{}nothing differs between the two sides: this measures the host, not a change",
                                   sides->note.empty() ? "" : "; ");
    return sides;
}

std::string name_of(const platform::LocalRepository& repository) {
    // git names a working tree with a slash at its end, behind which there is no file name.
    const auto root = repository.root();
    return (root.has_filename() ? root : root.parent_path()).filename().string();
}

tl::expected<measure::Sides, std::string> copy_sides(const platform::LocalRepository& repository, const SidesOf& sides,
                                                     const std::filesystem::path& directory) {
    measure::Sides copies{directory / "base", directory / "head"};
    if (auto written = repository.checkout(sides.base_sha, copies.base); !written)
        return tl::unexpected("base: " + written.error().message);
    if (sides.head_sha == worktree) {
        if (auto copied = repository.snapshot(copies.head); !copied)
            return tl::unexpected("working tree: " + copied.error().message);
    } else if (auto written = repository.checkout(sides.head_sha, copies.head); !written) {
        return tl::unexpected("head: " + written.error().message);
    }
    return copies;
}

}  // namespace benchgate::cli
