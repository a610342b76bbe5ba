#pragma once
// /setup: the GitHub App made from a manifest in the browser, and its secrets changed later. Open while there is no
// App, then closed but for the admin token. Owns the routes and who may do what; the manifest and what is kept are
// service/identity, the words core/reporting.

#include <functional>
#include <string>
#include <tl/expected.hpp>

#include "service/http/edge.h"
#include "service/identity/app_identity.h"

namespace benchgate::http {

struct Setup {
    store::Pool& pool;
    identity::AppIdentity& identity;
    std::string public_url;        ///< without a slash at the end
    std::string github_web;        ///< https://github.com
    std::string admin_token_hash;  ///< sha256, hex
    std::function<store::Time()> now;

    // What is asked of GitHub; an error is one sentence for the page, without secrets.
    using Done = tl::expected<void, std::string>;
    /// POST /app-manifests/{code}/conversions; webhook_secret may come empty.
    std::function<tl::expected<identity::AppRecord, std::string>(const std::string& code)> convert;
    /// Does GitHub know the App under this key?
    std::function<Done(const identity::AppRecord&)> verify;
    struct Refusal {
        std::string message;
        bool may_be_done = false;  ///< there was no answer that says otherwise
    };
    using HookDone = tl::expected<void, Refusal>;
    /// PATCH /app/hook/config as this App.
    std::function<HookDone(const identity::AppRecord&, const std::string& secret)> set_hook_secret;
};

/// GET /setup, /setup/callback, /setup/installed; POST /setup.
void serve_setup(Edge& edge, const Setup& setup);

}  // namespace benchgate::http
