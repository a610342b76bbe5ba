#include "service/set_up.h"

#include <spdlog/spdlog.h>

#include <stdexcept>

#include "service/github/app_rest.h"

namespace benchgate::service {
namespace {

/// GitHub as one App, whichever is in use otherwise.
http::Setup::HookDone as_app(const github::Api& api, const identity::AppRecord& app,
                             const std::function<github::ApiResult<void>(github::AppRest&)>& call) {
    auto key = platform::RsaPrivateKey::from_pem(app.private_key);
    if (!key) return tl::unexpected(http::Setup::Refusal{key.error().message});
    github::Tokens tokens(api);
    tokens.set_app({app.app_id, std::move(*key)});
    github::AppRest rest(api, tokens);
    const auto done = call(rest);
    using Kind = github::ErrorKind;
    if (done) return {};
    const auto kind = done.error().kind;
    return tl::unexpected(http::Setup::Refusal{done.error().message,
                                               kind == Kind::network || kind == Kind::server || kind == Kind::stopped});
}

}  // namespace

platform::SealKey secret_key_of(const Settings& settings) {
    auto key = settings.secret_key.empty() ? platform::SealKey::from_file(settings.state_dir / "secret.key")
                                           : platform::SealKey::from_text(settings.secret_key);
    if (!key) throw std::invalid_argument("BENCHGATE_SECRET_KEY: " + key.error().message);
    return std::move(*key);
}

void take_identity(const Settings& settings, const std::string& pem, identity::AppIdentity& identity) {
    if (!settings.app_id.empty()) {
        identity::AppRecord app;
        app.app_id = std::stoll(settings.app_id);
        app.private_key = pem;
        app.webhook_secret = settings.webhook_secret;
        app.webhook_secret_old = settings.webhook_secret_old;
        if (const auto used = identity.use_settings(std::move(app)); !used) throw std::invalid_argument(used.error());
        return;
    }
    try {
        identity.refresh();
    } catch (const std::exception& error) {
        spdlog::error("{}", error.what());
    }
}

http::Setup setup_pages(const SetUp& parts) {
    const auto& api = parts.api;
    const auto stop = parts.stop;
    const auto convert = [&api, stop](const std::string& code) -> tl::expected<identity::AppRecord, std::string> {
        github::Tokens nobody(api);
        github::AppRest rest(api, nobody);
        const auto made = rest.convert_manifest(code, stop);
        if (!made) return tl::unexpected(made.error().message);
        return identity::AppRecord{
            made->app.id, made->app.slug,  made->app.name,     made->app.html_url, made->pem, made->webhook_secret,
            "",           made->client_id, made->client_secret};
    };
    const auto verify = [&api, stop](const identity::AppRecord& app) -> http::Setup::Done {
        const auto done = as_app(api, app, [&](github::AppRest& rest) -> github::ApiResult<void> {
            const auto known = rest.get_app(stop);
            if (!known) return tl::unexpected(known.error());
            return {};
        });
        if (!done) return tl::unexpected(done.error().message);
        return {};
    };
    const auto set_hook_secret = [&api, stop](const identity::AppRecord& app, const std::string& secret) {
        return as_app(api, app, [&](github::AppRest& rest) {
            return rest.update_hook_config({.url = std::nullopt, .secret = secret}, stop);
        });
    };
    return {parts.pool,
            parts.identity,
            parts.addresses.public_url,
            parts.addresses.github_web,
            parts.admin_token_hash,
            parts.now,
            convert,
            verify,
            set_hook_secret};
}

}  // namespace benchgate::service
