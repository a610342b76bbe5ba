// Owns installation tokens: minting, keeping, and forgetting them. A token is opaque text of any length; it leaves this
// room only in an Authorization header or as a runner's clone token, never in a log or an error. Does not own the App's
// own token (app_jwt.h).
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "platform/http_client.h"
#include "service/github/api.h"
#include "service/github/app_jwt.h"

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
    std::int64_t repository_id = 0;                  ///< 0: all of the installation's
    std::map<std::string, std::string> permissions;  ///< {"contents", "read"}; empty: all the App has
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

    /// At start, or when /setup made the App: no restart needed. Drops all kept tokens.
    void set_app(AppCredentials credentials);
    bool has_app() const;
    /// 0: no App yet.
    std::int64_t app_id() const;

    /// A token that lives for at least 5 more minutes. Concurrent callers of one scope share one request to GitHub and
    /// its outcome.
    ApiResult<Token> get(const TokenScope& scope, std::stop_token stop);
    /// After a 401: the kept token goes if it is still this one.
    void forget(const TokenScope& scope, const std::string& token);
    /// The same for Api::send: forgets the refused token, if any, and says whether the next one is fresh.
    ApiResult<Bearer> bearer(const TokenScope& scope, const std::string& refused, std::stop_token stop);
    /// contents:read on this one repository: what a runner clones with.
    ApiResult<Token> runner_clone_token(const Repository& repository, std::stop_token stop);
    /// The App's own token, for /app and minting.
    ApiResult<std::string> app_token() const;

  private:
    struct Slot;
    std::shared_ptr<Slot> slot(const TokenScope& scope);
    ApiResult<Token> mint(const TokenScope& scope, std::stop_token stop) const;

    const Api& api_;
    mutable std::mutex mutex_;
    std::shared_ptr<const AppCredentials> app_;
    std::map<TokenScope, std::shared_ptr<Slot>> slots_;
};

}
