#include "service/identity/app_identity.h"

#include <spdlog/spdlog.h>

#include <stdexcept>

#include "service/store/settings.h"

namespace benchgate::identity {
namespace {

constexpr const char* app_setting = "github_app";

}  // namespace

AppIdentity::AppIdentity(store::Pool& pool, platform::SealKey key, github::Tokens& tokens, Now now)
    : pool_(pool), key_(std::move(key)), tokens_(tokens), now_(std::move(now)) {}

tl::expected<void, std::string> AppIdentity::take(AppRecord record, Origin origin, const std::string& sealed) {
    auto key = platform::RsaPrivateKey::from_pem(record.private_key);
    if (!key) return tl::unexpected(key.error().message);
    tokens_.set_app({record.app_id, std::move(*key)});
    auto state = state_.lock();
    state->origin = origin;
    state->record = std::move(record);
    state->sealed = sealed;
    return {};
}

tl::expected<void, std::string> AppIdentity::use_settings(AppRecord record) {
    return take(std::move(record), Origin::settings, "");
}

bool AppIdentity::refresh() {
    {
        auto state = state_.lock();
        if (state->origin == Origin::settings) return false;
    }
    const auto sealed = pool_.transaction([&](store::Tx& tx) { return store::find_setting(tx, app_setting); });
    if (!sealed || *sealed == state_.lock()->sealed) return false;
    const auto plain = key_.open(*sealed, app_setting);
    if (!plain)
        throw std::runtime_error(
            "the GitHub App in the database was sealed with another key: start with the former BENCHGATE_SECRET_KEY "
            "(or secret.key of the state folder), or set the App up again at /setup with the admin token");
    auto record = read_app_record(*plain);
    if (!record) throw std::runtime_error("the GitHub App in the database: " + record.error());
    spdlog::info("GitHub App {} ({}) is in use", record->app_id, record->slug);
    if (auto taken = take(std::move(*record), Origin::set_up, *sealed); !taken)
        throw std::runtime_error("the GitHub App's key in the database: " + taken.error());
    return true;
}

tl::expected<void, std::string> AppIdentity::store(const AppRecord& record) {
    // Read back before it replaces what works.
    if (auto readable = read_app_record(to_json(record)); !readable) return tl::unexpected(readable.error());
    if (auto key = platform::RsaPrivateKey::from_pem(record.private_key); !key)
        return tl::unexpected(key.error().message);
    const auto sealed = key_.seal(to_json(record), app_setting);
    pool_.transaction([&](store::Tx& tx) { store::put_setting(tx, app_setting, sealed, now_()); });
    return take(record, Origin::set_up, sealed);
}

AppSummary AppIdentity::summary() const {
    auto state = state_.lock();
    const auto& record = state->record;
    return {state->origin, record.app_id, record.slug, record.name, record.html_url};
}

std::optional<AppRecord> AppIdentity::record() const {
    auto state = state_.lock();
    if (state->origin == Origin::none) return std::nullopt;
    return state->record;
}

std::vector<std::string> AppIdentity::webhook_secrets() const {
    auto state = state_.lock();
    std::vector<std::string> secrets;
    for (const auto& secret : {state->record.webhook_secret, state->record.webhook_secret_old})
        if (!secret.empty()) secrets.push_back(secret);
    return secrets;
}

}  // namespace benchgate::identity
