#include "service/github/tokens.h"

#include <algorithm>
#include <condition_variable>

#include "core/json/json.h"
#include "platform/clock.h"

namespace benchgate::github {

namespace {

using namespace std::chrono_literals;

constexpr auto renew_before = 5min;
constexpr auto fresh_for = 1min;
constexpr auto not_asked_again_for = 1min;
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
    std::optional<ApiError> error;          // of the last minting
    std::optional<TimePoint> not_accepted;  // when the permissions were refused
};

Tokens::Tokens(const Api& api) : api_(api) {}

void Tokens::set_app(AppCredentials credentials) {
    if (!app_.set(std::move(credentials))) return;
    const std::lock_guard lock(mutex_);
    slots_.clear();
}

bool Tokens::has_app() const {
    return app_id() != 0;
}

std::int64_t Tokens::app_id() const {
    return app_.app_id();
}

ApiResult<std::string> Tokens::app_token() {
    return app_.token(api_.timing().now());
}

ApiResult<Bearer> Tokens::app_bearer(const std::string& refused) {
    if (!refused.empty()) {
        api_.counts().add(Count::app_key_refused);
        if (look_again_) look_again_();
        app_.refused(refused);
    }
    return app_token().map([](std::string text) { return Bearer{std::move(text), false}; });
}

/// Tokens that are over go first, then those that end soonest. A slot in use lives on with its user.
void Tokens::make_room() {
    const auto end_of = [](Slot& slot) {
        std::unique_lock lock(slot.mutex, std::try_to_lock);
        return lock && slot.token ? slot.token->expires_at : TimePoint::min();
    };
    std::vector<std::pair<TimePoint, std::map<TokenScope, std::shared_ptr<Slot>>::iterator>> ends;
    for (auto slot = slots_.begin(); slot != slots_.end(); ++slot)
        if (slot->second.use_count() == 1) ends.emplace_back(end_of(*slot->second), slot);
    const auto half = ends.begin() + static_cast<std::ptrdiff_t>(ends.size() / 2);
    std::nth_element(ends.begin(), half, ends.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto oldest = ends.begin(); oldest != half; ++oldest) slots_.erase(oldest->second);
}

std::shared_ptr<Tokens::Slot> Tokens::slot(const TokenScope& scope) {
    const std::lock_guard lock(mutex_);
    if (const auto found = slots_.find(scope); found != slots_.end()) return found->second;
    if (slots_.size() >= max_slots) make_room();
    return slots_.emplace(scope, std::make_shared<Slot>()).first->second;
}

/// What a refusal at minting means to whoever wanted the token.
ApiError Tokens::refusal(const TokenScope& scope, ApiError error) const {
    const auto who = "installation " + std::to_string(scope.installation_id);
    if (error.status == 422 && error.message.find("ermission") != std::string::npos) {
        const auto wanted = to_text(scope.permissions);
        api_.counts().add_refused_permissions(wanted);
        error.kind = ErrorKind::forbidden;
        error.message = who + " has not accepted " + wanted + " (GitHub: " + error.message + ")";
    } else if (error.status == 422) {
        error.kind = ErrorKind::not_found;
        error.message = who + " does not reach the repository (GitHub: " + error.message + ")";
    } else if (error.status == 403 || error.status == 404) {
        error.message = who + " gives no token (GitHub: " + error.message + ")";
    } else if (error.kind == ErrorKind::auth) {
        error.message = "GitHub refuses the App's key: " + error.message;
    }
    return error;
}

ApiResult<Token> Tokens::mint(const TokenScope& scope, std::stop_token stop) {
    json::Json body = json::Json::object();
    if (scope.repository_id != 0) body["repository_ids"] = {scope.repository_id};
    if (!scope.permissions.empty()) body["permissions"] = scope.permissions;
    const Call call{.method = "POST",
                    .path = "/app/installations/" + std::to_string(scope.installation_id) + "/access_tokens",
                    .body = json::dump(body)};
    const auto response = api_.send(
        call, [&](const std::string& refused, std::stop_token) { return app_bearer(refused); }, stop);
    if (!response) return tl::make_unexpected(refusal(scope, response.error()));
    const auto document = json::parse(response->body, {.bytes = 1u << 20});
    if (!document) return tl::make_unexpected(unreadable());
    const auto text = json::text(*document, "token");
    const auto end = platform::parse_utc(json::text(*document, "expires_at").value_or(""));
    if (!text || !usable(*text) || !end) return tl::make_unexpected(unreadable());
    api_.counts().add(Count::tokens_minted);
    return Token{*text, api_.timing().now(), *end};
}

ApiResult<Token> Tokens::get(const TokenScope& scope, std::stop_token stop) {
    const auto slot = this->slot(scope);
    std::unique_lock lock(slot->mutex);
    for (;;) {
        if (slot->token && slot->token->expires_at - api_.timing().now() >= renew_before) return *slot->token;
        if (slot->not_accepted && slot->error && api_.timing().now() - *slot->not_accepted < not_asked_again_for)
            return tl::make_unexpected(*slot->error);
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
        slot->not_accepted.reset();
        if (minted)
            slot->token = *minted;
        else
            slot->error = minted.error();
        if (!minted && minted.error().kind == ErrorKind::forbidden && minted.error().status == 422)
            slot->not_accepted = api_.timing().now();
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
    std::shared_ptr<Slot> slot;
    {
        const std::lock_guard lock(mutex_);
        const auto found = slots_.find(scope);
        if (found == slots_.end()) return;
        slot = found->second;
    }
    const std::lock_guard lock(slot->mutex);
    if (slot->token && slot->token->text == token) slot->token.reset();
}

void Tokens::forget_installation(std::int64_t installation_id) {
    const std::lock_guard lock(mutex_);
    std::erase_if(slots_, [&](const auto& entry) { return entry.first.installation_id == installation_id; });
}

ApiResult<Token> Tokens::get(const Repository& repository, Use use, std::stop_token stop) {
    ApiResult<Token> result = tl::make_unexpected(ApiError{});
    std::optional<ApiError> first;
    for (const auto& permissions : permissions_for(use)) {
        result = get({repository.installation_id, repository.id, permissions}, stop);
        const bool other_set_may_do =
            !result && result.error().kind == ErrorKind::forbidden && result.error().status == 422;
        if (!other_set_may_do) return result;
        if (!first) first = result.error();
    }
    return tl::make_unexpected(*first);
}

ApiResult<Bearer> Tokens::bearer(const Repository& repository, Use use, const std::string& refused,
                                 std::stop_token stop) {
    if (!refused.empty())
        for (const auto& permissions : permissions_for(use))
            forget({repository.installation_id, repository.id, permissions}, refused);
    auto token = get(repository, use, stop);
    if (!token) return tl::make_unexpected(token.error());
    return Bearer{std::move(token->text), api_.timing().now() - token->minted_at < fresh_for};
}

ApiResult<Token> Tokens::runner_clone_token(const Repository& repository, std::stop_token stop) {
    // Without an identity GitHub would hand out a token for every repository of the installation.
    if (repository.id == 0)
        return tl::make_unexpected(ApiError{0, ErrorKind::unprocessable, "a clone token needs a repository", {}});
    return get(repository, Use::clone, stop);
}

}
