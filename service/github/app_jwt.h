// Owns the token with which the App speaks for itself (RS256 JWT). Does not own installation tokens (tokens.h).
// https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app (the page on JSON Web Tokens)
#pragma once

#include <cstdint>
#include <string>

#include "platform/crypto.h"
#include "service/github/api_error.h"

namespace benchgate::github {

struct AppCredentials {
    std::int64_t app_id = 0;
    platform::RsaPrivateKey key;
};

/// iat = now - 60 s (clocks differ), exp = now + 9 min (GitHub takes at most 10), iss = App ID.
tl::expected<std::string, platform::CryptoError> app_jwt(const AppCredentials& credentials, TimePoint now);

}
