#include "service/workers/mirrors.h"

#include <fmt/format.h>

#include "platform/folder_lock.h"
#include "platform/git.h"

namespace benchgate::workers {
namespace {

constexpr std::size_t most_changed_paths = 20'000;
constexpr std::size_t most_config_bytes = 1u << 20;
constexpr std::string_view config_file = ".benchgate.yml";

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
           const std::vector<std::string>& refs, std::stop_token stop) {
    platform::FetchOptions options;
    for (const auto& ref : refs) options.refspecs.push_back(fmt::format("+{0}:{0}", ref));
    const auto token = tokens.runner_clone_token(repository, stop);
    if (!token) throw Later("token for the clone: " + token.error().message, std::chrono::seconds(15));
    options.credentials.token = [text = token->text] { return text; };
    options.stop = stop;
    if (auto fetched = mirror.fetch(options); !fetched) refuse(fetched.error(), "fetch");
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

std::optional<std::string> Mirrors::resolve(const github::Repository& repository, const std::string& ref,
                                            std::stop_token stop) {
    const auto lock = lock_of(repository.id);
    const std::lock_guard guard(*lock);
    auto mirror = open_mirror(options_, repository);
    fetch(mirror, tokens_, repository, {"refs/heads/*", "refs/tags/*"}, stop);
    auto commit = mirror.resolve(ref);
    if (!commit) return std::nullopt;
    return *commit;
}

}  // namespace benchgate::workers
