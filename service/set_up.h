#pragma once
// Puts the set-up of the GitHub App together: the identity from settings or store, and what /setup asks of GitHub.

#include <stop_token>

#include "service/github/api.h"
#include "service/http/setup.h"
#include "service/identity/app_identity.h"
#include "service/reports/run_report.h"
#include "service/settings.h"

namespace benchgate::service {

/// The key that secrets in the database are sealed with: the operator's, or one kept in the state folder. Throws
/// std::invalid_argument.
platform::SealKey secret_key_of(const Settings& settings);

/// The App that the settings name is in use already; otherwise the one that /setup stored, if it can be opened.
void take_identity(const Settings& settings, const std::string& pem, identity::AppIdentity& identity);

struct SetUp {
    store::Pool& pool;
    identity::AppIdentity& identity;
    const github::Api& api;
    const reports::Addresses& addresses;
    std::string admin_token_hash;
    std::function<store::Time()> now;
    std::stop_token stop;
};
http::Setup setup_pages(const SetUp& parts);

}  // namespace benchgate::service
