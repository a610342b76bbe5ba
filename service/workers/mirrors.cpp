#include "service/workers/mirrors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "platform/folder_lock.h"
#include "platform/stop.h"

namespace benchgate::workers {
namespace {

constexpr std::size_t most_changed_paths = 20'000;
constexpr std::size_t most_config_bytes = 1u << 20;
constexpr std::string_view config_file = ".benchgate.yml";
const std::string branches = "refs/heads/", tags = "refs/tags/", queue_branches = "refs/heads/gh-readonly-queue/";
constexpr std::size_t most_tips = 50'000;

[[noreturn]] void refuse(const platform::GitError& error, const std::string& doing) {
    using Kind = platform::GitErrorKind;
    const auto message = fmt::format("{}: {}", doing, error.message);
    const bool may_pass = error.kind == Kind::network || error.kind == Kind::authentication || error.kind == Kind::io ||
                          error.kind == Kind::cancelled || error.kind == Kind::not_found;
    if (may_pass) throw Later(message, std::chrono::seconds(10));
    throw std::runtime_error(message);
}

platform::Mirror open_mirror(const MirrorOptions& options, const github::Repository& repository) {
    // The content of private repositories.
    if (auto made = platform::make_private_folder(options.directory); !made)
        throw Later(made.error().message, std::chrono::seconds(15));
    auto mirror = platform::Mirror::open_or_create(options.directory / fmt::format("{}.git", repository.id),
                                                   clone_url(options, repository));
    if (!mirror) refuse(mirror.error(), "mirror");
    return std::move(*mirror);
}

void fetch(platform::Mirror& mirror, github::Tokens& tokens, const github::Repository& repository,
           const std::vector<std::string>& refs, std::stop_token stop, bool prune = false) {
    platform::FetchOptions options;
    options.prune = prune;
    for (const auto& ref : refs) options.refspecs.push_back(fmt::format("+{0}:{0}", ref));
    const auto token = tokens.runner_clone_token(repository, stop);
    if (!token) throw Later("token for the clone: " + token.error().message, std::chrono::seconds(15));
    options.credentials.token = [text = token->text] { return text; };
    options.stop = stop;
    if (auto fetched = mirror.fetch(options); !fetched) refuse(fetched.error(), "fetch");
}

/// Every branch and tag; a deleted one holds nothing any more.
void fetch_own(platform::Mirror& mirror, github::Tokens& tokens, const github::Repository& repository,
               std::stop_token stop) {
    fetch(mirror, tokens, repository, {"refs/heads/*", "refs/tags/*"}, stop, true);
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

bool is_shortened_id(const std::string& text) {
    return text.size() >= 7 && text.size() <= 40 &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

/// Branches and tags: name, commit. The merge queue's are GitHub's own and hold what is not merged.
struct Tips {
    std::vector<std::string> names;
    std::vector<std::string> shas;
};

Tips own_tips(const platform::Mirror& mirror) {
    Tips tips;
    for (const auto& prefix : {branches, tags}) {
        const auto refs = mirror.refs(prefix);
        if (!refs) refuse(refs.error(), "branches and tags");
        for (const auto& [name, id] : *refs) {
            if (name.starts_with(queue_branches) || tips.names.size() == most_tips) continue;
            // A tag may be an object of its own, or name no commit at all.
            const auto sha = mirror.has_commit(id) ? platform::GitResult<std::string>(id) : mirror.resolve(name);
            if (!sha) continue;
            tips.names.push_back(name);
            tips.shas.push_back(*sha);
        }
    }
    return tips;
}

/// The first of the tips that holds the commit. Halving them takes one walk through the history a step, whatever
/// their number.
std::optional<std::string> holder_of(const platform::Mirror& mirror, const std::string& sha, const Tips& tips) {
    const auto holds = [&](std::size_t first, std::size_t end) {
        const auto from = tips.shas.begin();
        const auto found = mirror.is_reachable(
            sha, {from + static_cast<std::ptrdiff_t>(first), from + static_cast<std::ptrdiff_t>(end)});
        if (!found) refuse(found.error(), "history of " + sha);
        return *found;
    };
    std::size_t first = 0, end = tips.shas.size();
    if (end == 0 || !holds(first, end)) return std::nullopt;
    while (end - first > 1) {
        const auto middle = first + (end - first) / 2;
        (holds(first, middle) ? end : first) = middle;
    }
    return tips.names[first];
}

std::optional<OwnCommit> own_commit(const platform::Mirror& mirror, const std::string& name) {
    const auto tips = own_tips(mirror);
    // Names are looked up letter by letter: git's own reading of them also takes "x-1-gSHA" for the commit SHA.
    for (const auto& prefix : {branches, tags}) {
        const auto found = std::find(tips.names.begin(), tips.names.end(), prefix + name);
        if (found == tips.names.end()) continue;
        const auto& sha = tips.shas[static_cast<std::size_t>(found - tips.names.begin())];
        return OwnCommit{sha, prefix == branches ? name : *found};
    }
    if (!is_shortened_id(name)) return std::nullopt;
    const auto sha = mirror.resolve(name);
    if (!sha || !sha->starts_with(lower(name))) return std::nullopt;
    if (auto holder = holder_of(mirror, *sha, tips)) return OwnCommit{*sha, std::move(*holder)};
    return std::nullopt;
}

}  // namespace

std::string clone_url(const MirrorOptions& options, const github::Repository& repository) {
    return fmt::format("{}/{}/{}.git", options.git_url, repository.owner, repository.name);
}

Mirrors::Mirrors(MirrorOptions options, github::Tokens& tokens) : options_(std::move(options)), tokens_(tokens) {}

std::shared_ptr<std::mutex> Mirrors::lock_of(std::int64_t repository_id) {
    auto locks = locks_.lock();
    auto& lock = (*locks)[repository_id];
    if (!lock) lock = std::make_shared<std::mutex>();
    return lock;
}

Inspection Mirrors::inspect(const InspectRequest& request, std::stop_token stop) {
    const auto lock = lock_of(request.repository.id);
    const std::lock_guard guard(*lock);
    auto mirror = open_mirror(options_, request.repository);
    if (!mirror.has_commit(request.base_sha) || !mirror.has_commit(request.head_sha))
        fetch(mirror, tokens_, request.repository, request.refs, stop);
    for (const auto& sha : {request.base_sha, request.head_sha})
        if (!mirror.has_commit(sha))
            throw Later(fmt::format("commit {} is not there yet", sha), std::chrono::seconds(3));

    Inspection found;
    if (request.merge_base) {
        auto base = mirror.merge_base(request.base_sha, request.head_sha);
        if (base)
            found.base = *base;
        else if (base.error().kind != platform::GitErrorKind::unrelated)
            refuse(base.error(), "merge-base");
    } else {
        found.base = request.base_sha;
    }
    if (found.base) {
        auto changed = mirror.changed_paths(*found.base, request.head_sha, most_changed_paths);
        if (!changed) refuse(changed.error(), "changed paths");
        if (!changed->truncated) found.changed_paths = std::move(changed->paths);
    }
    auto config = mirror.read_file(request.base_sha, config_file, most_config_bytes);
    if (config)
        found.config = std::move(*config);
    else if (config.error().kind != platform::GitErrorKind::not_found)
        throw std::runtime_error(fmt::format("{}: {}", config_file, config.error().message));
    return found;
}

bool Mirrors::same_tree(const github::Repository& repository, const std::string& one, const std::string& other) {
    const auto lock = lock_of(repository.id);
    const std::lock_guard guard(*lock);
    auto mirror = open_mirror(options_, repository);
    const auto first = mirror.tree_id(one), second = mirror.tree_id(other);
    return first && second && *first == *second;
}

std::optional<OwnCommit> Mirrors::resolve(const github::Repository& repository, const std::string& name,
                                          std::stop_token stop) {
    const auto lock = lock_of(repository.id);
    const std::lock_guard guard(*lock);
    auto mirror = open_mirror(options_, repository);
    fetch_own(mirror, tokens_, repository, stop);
    return own_commit(mirror, name);
}

OwnRange Mirrors::range(const github::Repository& repository, const std::string& good, const std::string& bad,
                        std::size_t limit, std::stop_token stop) {
    const auto lock = lock_of(repository.id);
    const std::lock_guard guard(*lock);
    auto mirror = open_mirror(options_, repository);
    fetch_own(mirror, tokens_, repository, stop);
    OwnRange range{own_commit(mirror, good), own_commit(mirror, bad), {}};
    if (!range.good || !range.bad) return range;
    auto commits = mirror.first_parent_path({range.good->sha, range.bad->sha}, limit);
    if (commits)
        range.commits = std::move(*commits);
    else if (commits.error().kind != platform::GitErrorKind::not_found)
        refuse(commits.error(), "commits of the range");
    return range;
}

std::vector<std::string> Mirrors::line(const github::Repository& repository, const std::string& branch,
                                       const std::string& sha, std::size_t limit, std::stop_token stop) {
    const auto lock = lock_of(repository.id);
    const std::lock_guard guard(*lock);
    auto mirror = open_mirror(options_, repository);
    const auto walk = [&]() -> std::vector<std::string> {
        const auto tip = mirror.resolve(branches + branch);
        if (!tip) return {};
        auto commits = mirror.first_parent_path({"", *tip}, limit);
        if (!commits) refuse(commits.error(), "commits of " + branch);
        return std::move(*commits);
    };
    auto commits = walk();
    if (std::find(commits.begin(), commits.end(), sha) != commits.end()) return commits;
    fetch(mirror, tokens_, repository, {branches + branch}, stop);
    return walk();
}

std::vector<std::pair<std::string, std::string>> Mirrors::tags_of(const github::Repository& repository,
                                                                  std::stop_token stop) {
    const auto lock = lock_of(repository.id);
    const std::lock_guard guard(*lock);
    auto mirror = open_mirror(options_, repository);
    fetch(mirror, tokens_, repository, {tags + "*"}, stop, true);
    const auto tips = own_tips(mirror);
    std::vector<std::pair<std::string, std::string>> found;
    for (std::size_t i = 0; i < tips.names.size(); ++i)
        if (tips.names[i].starts_with(tags)) found.emplace_back(tips.names[i].substr(tags.size()), tips.shas[i]);
    return found;
}

std::optional<platform::CommitInfo> Mirrors::describe(const github::Repository& repository, const std::string& sha,
                                                      std::stop_token stop) {
    const auto lock = lock_of(repository.id);
    std::unique_lock guard(*lock, std::try_to_lock);
    for (int i = 0; i < 30 && !guard.owns_lock(); ++i)
        if (platform::sleep_for(stop, std::chrono::milliseconds(100))) (void)guard.try_lock();
    if (!guard.owns_lock()) return std::nullopt;
    auto info = open_mirror(options_, repository).commit_info(sha);
    if (!info) return std::nullopt;
    return std::move(*info);
}

}  // namespace benchgate::workers
