#include "service/app_access.h"

#include <spdlog/spdlog.h>

#include <charconv>
#include <stdexcept>

#include "service/github/key_file.h"
#include "service/github/reading_client.h"
#include "service/set_up.h"

namespace benchgate::service {

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

reports::Addresses addresses_of(const Settings& settings) {
    const auto public_url = settings.public_url.empty() ? "http://" + settings.listen : settings.public_url;
    return {without_slash(public_url), without_slash(github::git_base_of(settings.github_url))};
}

std::string git_url_of(const Settings& settings) {
    return without_slash(settings.github_git_url.empty() ? github::git_base_of(settings.github_url)
                                                         : settings.github_git_url);
}

github::ApiOptions api_options_of(const Settings& settings) {
    github::ApiOptions options;
    options.base_url = without_slash(settings.github_url);
    options.timeout = std::chrono::seconds(settings.github_timeout_seconds);
    return options;
}

std::int64_t app_id_of(const Settings& settings) {
    std::int64_t app_id = 0;
    const auto [end, error] =
        std::from_chars(settings.app_id.data(), settings.app_id.data() + settings.app_id.size(), app_id);
    if (error != std::errc{} || end != settings.app_id.data() + settings.app_id.size())
        throw std::invalid_argument("BENCHGATE_APP_ID must be the App's number, as its settings page shows it");
    return app_id;
}

void use_key(const std::string& pem, std::int64_t app_id, github::Tokens& tokens) {
    if (auto key = platform::RsaPrivateKey::from_pem(pem)) tokens.set_app({app_id, std::move(*key)});
}

AppAccess::AppAccess(const Settings& settings, store::Pool* pool, Calls calls)
    : client_(platform::make_http_client()), reading_(std::make_unique<github::ReadingClient>(*client_)) {
    auto& client = calls == Calls::reading ? *reading_ : *client_;
    api_ = std::make_unique<github::Api>(api_options_of(settings), client, github::real_timing());
    tokens_ = std::make_unique<github::Tokens>(*api_);
    rest_ = std::make_unique<github::Rest>(*api_, *tokens_);
    app_ = std::make_unique<github::AppRest>(*api_, *tokens_);
    if (!settings.app_id.empty()) {
        const auto pem = github::KeyFile(settings.private_key_file).read();
        if (!pem) throw std::invalid_argument("BENCHGATE_PRIVATE_KEY_FILE: " + pem.error());
        use_key(*pem, app_id_of(settings), *tokens_);
        return;
    }
    // A key that is not there yet would be made, and opens nothing.
    const bool has_key = !settings.secret_key.empty() || std::filesystem::exists(settings.state_dir / "secret.key");
    if (pool == nullptr || !has_key) return;
    identity::AppIdentity identity(*pool, secret_key_of(settings), *tokens_,
                                   [] { return std::chrono::system_clock::now(); });
    try {
        identity.refresh();
    } catch (const std::exception& error) {
        spdlog::warn("{}", error.what());
    }
}

}  // namespace benchgate::service
