#pragma once
// GitHub, as the settings or the set-up page name the App: what the serving process and the single commands make their
// calls with. Makes no call by itself.

#include <memory>

#include "service/github/app_rest.h"
#include "service/reports/run_report.h"
#include "service/settings.h"

namespace benchgate::service {

std::string without_slash(std::string url);
reports::Addresses addresses_of(const Settings& settings);
std::string git_url_of(const Settings& settings);
github::ApiOptions api_options_of(const Settings& settings);
/// Throws std::invalid_argument: it is not a number.
std::int64_t app_id_of(const Settings& settings);
void use_key(const std::string& pem, std::int64_t app_id, github::Tokens& tokens);

/// For a command that runs once.
class AppAccess {
  public:
    enum class Calls {
        all,
        reading  ///< others are refused before they are sent
    };
    /// The App of the settings, else the one that the set-up page stored; without a pool only the first. Throws
    /// std::invalid_argument for settings that cannot be used.
    AppAccess(const Settings& settings, store::Pool* pool, Calls calls);
    bool has_app() const { return tokens_->has_app(); }
    github::Rest& rest() { return *rest_; }
    github::AppRest& app() { return *app_; }
    github::Tokens& tokens() { return *tokens_; }

  private:
    std::unique_ptr<platform::HttpClient> client_, reading_;
    std::unique_ptr<github::Api> api_;
    std::unique_ptr<github::Tokens> tokens_;
    std::unique_ptr<github::Rest> rest_;
    std::unique_ptr<github::AppRest> app_;
};

}  // namespace benchgate::service
