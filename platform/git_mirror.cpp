#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include <sys/stat.h>

#include "platform/git_internal.h"
#include "platform/log.h"

namespace benchgate::platform {

namespace {

using std::chrono::steady_clock;

/// What the callbacks of one fetch share.
struct FetchState {
    const FetchOptions& options;
    steady_clock::time_point end;
    int asked = 0;  ///< for credentials
    std::optional<GitError> reason{};

    int give_up(GitErrorKind kind, std::string message) {
        reason = GitError{kind, std::move(message)};
        return GIT_EUSER;
    }
};

/// libgit2 asks again whenever the server refuses: the second question is the answer to the first.
int on_credentials(git_credential** out, const char* /*url*/, const char* /*user*/, unsigned allowed, void* payload) {
    auto& state = *static_cast<FetchState*>(payload);
    if (state.asked++ > 0) return state.give_up(GitErrorKind::authentication, "the server refused the token");
    if ((allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) == 0)
        return state.give_up(GitErrorKind::authentication, "the server takes no token");
    const auto& credentials = state.options.credentials;
    const std::string token = credentials.token ? credentials.token() : "";
    if (token.empty()) return state.give_up(GitErrorKind::authentication, "the server asks for a token, there is none");
    return git_credential_userpass_plaintext_new(out, credentials.user.c_str(), token.c_str());
}

int on_progress(const git_indexer_progress* now, void* payload) {
    auto& state = *static_cast<FetchState*>(payload);
    if (state.options.stop.stop_requested()) return state.give_up(GitErrorKind::cancelled, "fetch cancelled");
    if (steady_clock::now() > state.end)
        return state.give_up(GitErrorKind::network, "the fetch took longer than allowed");
    if (now->received_bytes > state.options.max_bytes)
        return state.give_up(GitErrorKind::too_large,
                             "the repository sends more than " + std::to_string(state.options.max_bytes) + " bytes");
    if (state.options.on_progress)
        state.options.on_progress({now->received_objects, now->total_objects, now->received_bytes});
    return 0;
}

int on_sideband(const char* /*text*/, int /*size*/, void* payload) {
    auto& state = *static_cast<FetchState*>(payload);
    return state.options.stop.stop_requested() ? state.give_up(GitErrorKind::cancelled, "fetch cancelled") : 0;
}

/// A branch where there was a folder of branches, a lock whose owner was killed, files that a power cut left empty: the
/// mirror itself is in the way, for ever, and holds nothing that the server does not have. Neither what the server or
/// the network did nor a full disk is among them.
bool stands_in_its_own_way(int code) {
    if (code == GIT_ELOCKED || code == GIT_EDIRECTORY) return true;
    const git_error* last = git_error_last();
    if (code == GIT_ENOTFOUND || code == GIT_EAUTH || code == GIT_ECERTIFICATE || code == GIT_EOWNER || last == nullptr)
        return false;
    switch (last->klass) {
        case GIT_ERROR_REFERENCE:
        case GIT_ERROR_ZLIB:
        case GIT_ERROR_REPOSITORY:
        case GIT_ERROR_CONFIG:
        case GIT_ERROR_ODB:
        case GIT_ERROR_OBJECT:
            return true;
        case GIT_ERROR_OS:
        case GIT_ERROR_FILESYSTEM:
            break;
        default:
            return false;
    }
    const std::string_view message = last->message != nullptr ? last->message : "";
    if (message.starts_with("failed to lock file")) return true;
    for (const int number : {ENOTDIR, EISDIR, EEXIST, ENOTEMPTY})
        if (message.ends_with(std::strerror(number))) return true;
    return false;
}

/// It holds private repositories, and the folder around it may be open to the user that jobs run as.
void keep_private(const std::filesystem::path& path) {
    ::chmod(path.c_str(), 0700);
}

int open_or_init(git_repository** repository, const std::filesystem::path& path) {
    int code = git_repository_open_bare(repository, path.c_str());
    if (code == 0) keep_private(path);
    if (code != GIT_ENOTFOUND) return code;
    // Half a repository would keep refs to what it has lost, and never fetch it again.
    if (!remove_tree(path)) return code;
    git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
    options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH | GIT_REPOSITORY_INIT_NO_REINIT;
    code = git_repository_init_ext(repository, path.c_str(), &options);
    if (code == 0) keep_private(path);
    return code;
}

/// Forges take a token in the place of the user's name too; only ssh has names there that are no secret.
bool holds_secret(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return false;
    const auto host = url.substr(scheme + 3, url.find('/', scheme + 3) - scheme - 3);
    const auto at = host.find('@');
    return at != std::string_view::npos && (url.starts_with("http") || host.find(':') < at);
}

}

Mirror::Mirror(git_repository* repository, std::filesystem::path path, std::string url)
    : Repository(repository), path_(std::move(path)), url_(std::move(url)) {}

GitResult<Mirror> Mirror::open_or_create(const std::filesystem::path& path, const std::string& url) {
    git::start_library();
    if (url.empty()) return git::error(GitErrorKind::invalid_argument, "a mirror needs an address");
    if (holds_secret(url))
        return git::error(GitErrorKind::invalid_argument, "the address of a mirror must not hold a user or password");
    git_repository* repository = nullptr;
    int code = open_or_init(&repository, path);
    if (code != 0 && stands_in_its_own_way(code) && remove_tree(path)) code = open_or_init(&repository, path);
    if (code != 0) return git::failed(code, "cannot open the mirror '" + path.string() + "'");
    return Mirror(repository, path, url);
}

GitResult<void> Mirror::fetch(const FetchOptions& options) {
    bool again = false;
    auto fetched = fetch_once(options, again);
    if (!again) return fetched;
    git_repository_free(std::exchange(repository_, nullptr));
    const auto removed = remove_tree(path_);
    const int code = open_or_init(&repository_, path_);
    if (!removed) return git::error(GitErrorKind::io, fetched.error().message + "; " + removed.error().message);
    if (code != 0) return git::failed(code, "cannot make the mirror '" + path_.string() + "' anew");
    return fetch_once(options, again);
}

GitResult<void> Mirror::fetch_once(const FetchOptions& options, bool& again) {
    FetchState state{options, steady_clock::now() + options.total_limit};
    // The address is not stored: a remote without a name leaves nothing in the mirror's configuration. Nor is it
    // rewritten (url.*.insteadOf): the token is for this host, and libgit2 1.5 leaks 20 KiB for each line of
    // configuration that it holds against such a rule (mended in 1.6 by its pull request 6382).
    git_remote_create_options creation = GIT_REMOTE_CREATE_OPTIONS_INIT;
    creation.repository = repository_;
    creation.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF;
    git::Remote remote;
    int code = git_remote_create_with_opts(remote.out(), url_.c_str(), &creation);
    again = code != 0 && stands_in_its_own_way(code);
    if (code != 0) return git::failed(code, "cannot fetch from " + url_);

    git_fetch_options fetch = GIT_FETCH_OPTIONS_INIT;
    fetch.callbacks.payload = &state;
    fetch.callbacks.credentials = on_credentials;
    fetch.callbacks.transfer_progress = on_progress;
    fetch.callbacks.sideband_progress = on_sideband;
    fetch.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    fetch.update_fetchhead = 0;
    fetch.prune = options.prune ? GIT_FETCH_PRUNE : GIT_FETCH_NO_PRUNE;
    // A token must not follow to another host; libgit2 still follows within one (a renamed repository).
    fetch.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
    std::vector<char*> specs;
    for (const auto& spec : options.refspecs) specs.push_back(const_cast<char*>(spec.c_str()));
    const git_strarray list{specs.data(), specs.size()};
    {
        const git::NetworkLimits limits(options.stop, options.stall_limit, state.end);
        code = git_remote_fetch(remote.get(), &list, &fetch, nullptr);
    }
    if (code == 0) return {};
    if (state.reason) return git::error(state.reason->kind, "cannot fetch from " + url_ + ": " + state.reason->message);
    if (options.stop.stop_requested()) return git::error(GitErrorKind::cancelled, "fetch cancelled");
    again = stands_in_its_own_way(code);
    auto failure = git::failed(code, "cannot fetch from " + url_).value();
    // The status of an answer reaches us in words only.
    if (failure.message.find("status code: 404") != std::string::npos) failure.kind = GitErrorKind::not_found;
    if (failure.message.find("status code: 403") != std::string::npos) failure.kind = GitErrorKind::authentication;
    return tl::unexpected(failure);
}

GitResult<std::vector<std::pair<std::string, std::string>>> Mirror::refs(std::string_view prefix) const {
    std::vector<std::pair<std::string, std::string>> list;
    git_strarray names{};
    const int code = git_reference_list(&names, repository_);
    if (code != 0) return git::failed(code, "cannot list the refs");
    for (std::size_t i = 0; i < names.count; ++i) {
        const std::string name = names.strings[i];
        git_oid id;
        if (name.starts_with(prefix) && git_reference_name_to_id(&id, repository_, name.c_str()) == 0)
            list.emplace_back(name, git::to_text(id));
    }
    git_strarray_dispose(&names);
    std::sort(list.begin(), list.end());
    return list;
}

}
