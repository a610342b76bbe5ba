#include "service/github/tokens.h"

#include <condition_variable>

#include "core/json/json.h"
#include "platform/clock.h"

namespace benchgate::github {

namespace {

using namespace std::chrono_literals;

constexpr auto renew_before = 5min;
constexpr auto fresh_for = 1min;
constexpr std::size_t max_slots = 4096;
constexpr std::size_t max_token_bytes = 8192;

ApiError unreadable() {
    return {0, ErrorKind::server, "the answer with the installation token cannot be read", {}};
}

/// Goes into a header: visible ASCII only, of any length up to the bound.
bool usable(const std::string& token) {
    if (token.empty() || token.size() > max_token_bytes) return false;
    for (const char c : token)
        if (c <= 0x20 || c >= 0x7f) return false;
    return true;
}

}  // namespace

struct Tokens::Slot {
    std::mutex mutex;
    std::condition_variable_any changed;
    bool minting = false;
    std::uint64_t mintings = 0;  // ended, well or not
    std::optional<Token> token;
    std::optional<ApiError> error;  // of the last minting
};

Tokens::Tokens(const Api& api) : api_(api) {}

void Tokens::set_app(AppCredentials credentials) {
    const std::lock_guard lock(mutex_);
    app_ = std::make_shared<const AppCredentials>(std::move(credentials));
    slots_.clear();
}

bool Tokens::has_app() const {
    return app_id() != 0;
}

std::int64_t Tokens::app_id() const {
    const std::lock_guard lock(mutex_);
    return app_ ? app_->app_id : 0;
}

std::shared_ptr<Tokens::Slot> Tokens::slot(const TokenScope& scope) {
    const std::lock_guard lock(mutex_);
    if (const auto found = slots_.find(scope); found != slots_.end()) return found->second;
    if (slots_.size() >= max_slots)
        // Whoever holds a slot just now keeps it alive; at worst a token is minted again.
        std::erase_if(slots_, [](const auto& entry) { return entry.second.use_count() == 1; });
    return slots_.emplace(scope, std::make_shared<Slot>()).first->second;
}

ApiResult<std::string> Tokens::app_token() const {
    std::shared_ptr<const AppCredentials> app;
    {
        const std::lock_guard lock(mutex_);
        app = app_;
    }
    if (!app)
        return tl::make_unexpected(ApiError{0, ErrorKind::not_configured, "no GitHub App is set up yet: /setup", {}});
    auto jwt = app_jwt(*app, api_.timing().now());
    if (!jwt) return tl::make_unexpected(ApiError{0, ErrorKind::auth, jwt.error().message, {}});
    return std::move(*jwt);
}

ApiResult<Token> Tokens::mint(const TokenScope& scope, std::stop_token stop) const {
    json::Json body = json::Json::object();
    if (scope.repository_id != 0) body["repository_ids"] = {scope.repository_id};
    if (!scope.permissions.empty()) body["permissions"] = scope.permissions;
    const Call call{.method = "POST",
                    .path = "/app/installations/" + std::to_string(scope.installation_id) + "/access_tokens",
                    .body = json::dump(body)};
    const auto response = api_.send(
        call,
        [&](const std::string&, std::stop_token) {
            return app_token().map([](std::string text) { return Bearer{std::move(text), false}; });
        },
        stop);
    if (!response) return tl::make_unexpected(response.error());
    const auto document = json::parse(response->body, {.bytes = 1u << 20});
    if (!document) return tl::make_unexpected(unreadable());
    const auto text = json::text(*document, "token");
    const auto end = platform::parse_utc(json::text(*document, "expires_at").value_or(""));
    if (!text || !usable(*text) || !end) return tl::make_unexpected(unreadable());
    return Token{*text, api_.timing().now(), *end};
}

ApiResult<Token> Tokens::get(const TokenScope& scope, std::stop_token stop) {
    const auto slot = this->slot(scope);
    std::unique_lock lock(slot->mutex);
    for (;;) {
        if (slot->token && slot->token->expires_at - api_.timing().now() >= renew_before) return *slot->token;
        if (!slot->minting) break;
        const auto before = slot->mintings;
        if (!slot->changed.wait(lock, stop, [&] { return slot->mintings != before; }))
            return tl::make_unexpected(ApiError{0, ErrorKind::stopped, "stopped", {}});
        // The one who asked may have been stopped; that is no reason for those who waited for him.
        if (slot->error && slot->error->kind != ErrorKind::stopped) return tl::make_unexpected(*slot->error);
    }
    slot->minting = true;
    slot->error.reset();
    lock.unlock();
    ApiResult<Token> minted = tl::make_unexpected(ApiError{0, ErrorKind::stopped, "minting was broken off", {}});
    const auto settle = [&] {
        lock.lock();
        slot->minting = false;
        ++slot->mintings;
        if (minted)
            slot->token = *minted;
        else
            slot->error = minted.error();
        slot->changed.notify_all();
    };
    try {
        minted = mint(scope, stop);
    } catch (...) {
        settle();
        throw;
    }
    settle();
    return minted;
}

void Tokens::forget(const TokenScope& scope, const std::string& token) {
    const auto slot = this->slot(scope);
    const std::lock_guard lock(slot->mutex);
    if (slot->token && slot->token->text == token) slot->token.reset();
}

ApiResult<Bearer> Tokens::bearer(const TokenScope& scope, const std::string& refused, std::stop_token stop) {
    if (!refused.empty()) forget(scope, refused);
    auto token = get(scope, stop);
    if (!token) return tl::make_unexpected(token.error());
    return Bearer{std::move(token->text), api_.timing().now() - token->minted_at < fresh_for};
}

ApiResult<Token> Tokens::runner_clone_token(const Repository& repository, std::stop_token stop) {
    // Without an identity GitHub would hand out a token for every repository of the installation.
    if (repository.id == 0)
        return tl::make_unexpected(ApiError{0, ErrorKind::unprocessable, "a clone token needs a repository", {}});
    return get({repository.installation_id, repository.id, {{"contents", "read"}}}, stop);
}

}
