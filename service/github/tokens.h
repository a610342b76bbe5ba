// Owns installation tokens: minting, keeping, and forgetting them. A token is opaque text of any length; it leaves this
// room only in an Authorization header or as a runner's clone token, never in a log or an error. Does not own the App's
// own token (app_keys.h) or what a token is needed for (permissions.h).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "platform/http_client.h"
#include "service/github/api.h"
#include "service/github/app_keys.h"
#include "service/github/permissions.h"

namespace benchgate::github {

/// A repository as webhooks name it. `id` outlives a rename, owner and name do not.
struct Repository {
    std::int64_t installation_id = 0;
    std::int64_t id = 0;
    std::string owner;
    std::string name;
};

struct TokenScope {
    std::int64_t installation_id = 0;
    std::int64_t repository_id = 0;  ///< 0: all of the installation's
    Permissions permissions;         ///< empty: all the App has
    auto operator<=>(const TokenScope&) const = default;
};

struct Token {
    std::string text;
    TimePoint minted_at;
    TimePoint expires_at;
};

class Tokens {
  public:
    explicit Tokens(const Api& api);

    /// At start, when /setup made the App, or with a new key of the same App: no restart needed. Another App drops all
    /// kept tokens; with a new key the former one stays as the second (app_keys.h).
    void set_app(AppCredentials credentials);
    bool has_app() const;
    /// 0: no App yet.
    std::int64_t app_id() const;
    /// Called when GitHub refused the App's own token, before it is tried once more: whoever knows where keys come from
    /// may bring a newer one with set_app. To be set before any other call.
    void on_refused_key(std::function<void()> look_again) { look_again_ = std::move(look_again); }

    /// A token that lives for at least 5 more minutes. Concurrent callers of one scope share one request to GitHub and
    /// its outcome. forbidden: the installation has not accepted the permissions (remembered for a minute) or is
    /// suspended; not_found: it is gone, or the repository is not in it.
    ApiResult<Token> get(const TokenScope& scope, std::stop_token stop);
    /// The same with the best set of permissions for the use that the installation grants.
    ApiResult<Token> get(const Repository& repository, Use use, std::stop_token stop);
    /// After a 401: the kept token goes if it is still this one.
    void forget(const TokenScope& scope, const std::string& token);
    /// Permissions were accepted, or it was unsuspended: everything known of the installation's tokens goes.
    void forget_installation(std::int64_t installation_id);

    /// For Api::send: forget the refused token, if any, and say whether the next one is fresh.
    ApiResult<Bearer> bearer(const Repository& repository, Use use, const std::string& refused, std::stop_token stop);
    ApiResult<Bearer> app_bearer(const std::string& refused);

    /// contents:read on this one repository: what a runner clones with.
    ApiResult<Token> runner_clone_token(const Repository& repository, std::stop_token stop);
    /// The App's own token, for /app and minting.
    ApiResult<std::string> app_token();

  private:
    struct Slot;
    std::shared_ptr<Slot> slot(const TokenScope& scope);
    void make_room();
    ApiResult<Token> mint(const TokenScope& scope, std::stop_token stop);
    ApiError refusal(const TokenScope& scope, ApiError error) const;

    const Api& api_;
    AppKeys app_;
    std::function<void()> look_again_;
    std::mutex mutex_;
    std::map<TokenScope, std::shared_ptr<Slot>> slots_;
};

}
