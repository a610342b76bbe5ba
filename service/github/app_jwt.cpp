#include "service/github/app_jwt.h"

#include "core/json/json.h"

namespace benchgate::github {

tl::expected<std::string, platform::CryptoError> app_jwt(const AppCredentials& credentials, TimePoint now) {
    using namespace std::chrono_literals;
    const auto seconds = [](TimePoint moment) {
        return std::chrono::duration_cast<std::chrono::seconds>(moment.time_since_epoch()).count();
    };
    const json::Json header{{"alg", "RS256"}, {"typ", "JWT"}};
    const json::Json claims{
        {"iat", seconds(now - 60s)}, {"exp", seconds(now + 9min)}, {"iss", std::to_string(credentials.app_id)}};
    const std::string text =
        platform::base64url_encode(json::dump(header)) + "." + platform::base64url_encode(json::dump(claims));
    const auto signature = credentials.key.sign_rs256(text);
    if (!signature) return tl::make_unexpected(signature.error());
    return text + "." + platform::base64url_encode(*signature);
}

}
