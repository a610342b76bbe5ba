#include "service/github/app_keys.h"

#include <algorithm>

namespace benchgate::github {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_keys = 2;
constexpr auto reused_for = 1min;

/// PKCS#1 v1.5 signatures depend on nothing but key and text.
std::string fingerprint_of(const platform::RsaPrivateKey& key) {
    return key.sign_rs256("benchgate").value_or("");
}

}  // namespace

bool AppKeys::set(AppCredentials credentials) {
    Key key{std::move(credentials), {}};
    key.fingerprint = fingerprint_of(key.credentials.key);
    const std::lock_guard lock(mutex_);
    const bool other_app = !keys_.empty() && keys_.front().credentials.app_id != key.credentials.app_id;
    if (other_app) keys_.clear();
    std::erase_if(keys_, [&](const Key& known) { return known.fingerprint == key.fingerprint; });
    keys_.insert(keys_.begin(), std::move(key));
    if (keys_.size() > max_keys) keys_.pop_back();
    return other_app;
}

std::int64_t AppKeys::app_id() const {
    const std::lock_guard lock(mutex_);
    return keys_.empty() ? 0 : keys_.front().credentials.app_id;
}

ApiResult<std::string> AppKeys::token(TimePoint now) {
    const std::lock_guard lock(mutex_);
    if (keys_.empty())
        return tl::make_unexpected(ApiError{0, ErrorKind::not_configured, "no GitHub App is set up yet: /setup", {}});
    Key& key = keys_.front();
    const auto age = now - key.made_at;
    if (key.token.empty() || age > reused_for || age < 0s) {
        auto made = app_jwt(key.credentials, now);
        if (!made) return tl::make_unexpected(ApiError{0, ErrorKind::auth, made.error().message, {}});
        key.token = std::move(*made);
        key.made_at = now;
    }
    return key.token;
}

void AppKeys::refused(const std::string& token) {
    const std::lock_guard lock(mutex_);
    // A newer key may have come meanwhile, or another thread may have changed over already.
    if (keys_.empty() || keys_.front().token != token) return;
    // Perhaps it was the clock: the next token is made at another moment.
    keys_.front().token.clear();
    if (keys_.size() == max_keys) std::swap(keys_.front(), keys_.back());
}

}
