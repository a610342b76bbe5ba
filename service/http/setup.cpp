#include "service/http/setup.h"

#include <spdlog/spdlog.h>

#include "core/reporting/page.h"
#include "core/reporting/setup_page.h"
#include "platform/crypto.h"
#include "platform/ids.h"
#include "service/identity/manifest.h"
#include "service/identity/setup_states.h"

namespace benchgate::http {
namespace {

using identity::AppRecord;
using identity::Origin;

constexpr std::size_t longest_code = 200;
constexpr std::size_t most_key_bytes = 16 << 10;

void send_setup_page(Response& response, const std::string& html, int status = 200) {
    response.status = status;
    response.set_content(html, "text/html; charset=utf-8");
}

bool is_code(std::string_view text) {
    return !text.empty() && text.size() <= longest_code &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
               std::string_view::npos;
}

/// One visitor's request; the words that the page ends with.
class Visit {
  public:
    Visit(const Setup& setup, Response& response) : setup_(setup), response_(response) {}

    void show(const std::string& problem = "", const std::string& done = "", int status = 200, bool fresh = false) {
        const auto app = setup_.identity.summary();
        if (app.origin == Origin::none) return offer("", problem, status);
        reporting::SetupState state;
        state.name = app.name.empty() ? "The GitHub App" : app.name;
        state.app_id = app.app_id;
        state.app_url = app.html_url;
        if (!app.html_url.empty()) state.install_url = app.html_url + "/installations/new";
        state.fresh = fresh;
        state.from_settings = app.origin == Origin::settings;
        state.rotating = setup_.identity.webhook_secrets().size() > 1;
        state.problem = problem;
        state.done = done;
        send_setup_page(response_, reporting::render_setup_state(state), status);
    }

    void offer(const std::string& organisation, const std::string& problem = "", int status = 200) {
        const auto state =
            setup_.pool.transaction([&](store::Tx& tx) { return identity::issue_setup_state(tx, setup_.now()); });
        reporting::SetupOffer offer;
        offer.action = identity::manifest_address(setup_.github_web, organisation, state);
        offer.manifest = identity::app_manifest(setup_.public_url);
        offer.organisation = organisation;
        offer.webhook_url = setup_.public_url + "/webhooks/github";
        offer.is_local =
            identity::is_local_address(setup_.public_url) && !identity::is_local_address(setup_.github_web);
        offer.problem = problem;
        // The one page of the service whose form leaves it.
        response_.set_header("Content-Security-Policy",
                             "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
                             "form-action 'self' " +
                                 setup_.github_web);
        send_setup_page(response_, reporting::render_setup_offer(offer), status);
    }

    void come_back(const std::string& code, const std::string& state) {
        // Before anything is asked of GitHub: an address that somebody was made to open proves nothing.
        const bool is_ours = setup_.pool.transaction(
            [&](store::Tx& tx) { return identity::consume_setup_state(tx, state, setup_.now()); });
        if (!is_ours || !is_code(code)) {
            spdlog::warn("/setup/callback was opened with a state or code that is not ours");
            return show(
                "This answer of GitHub does not belong to a set-up begun here within the last hour. Begin again.", "",
                400);
        }
        auto record = setup_.convert(code);
        if (!record) return show("GitHub did not hand out the App: " + record.error() + ". Begin again.", "", 502);
        if (record->webhook_secret.empty()) {
            const auto secret = platform::random_token("");
            if (const auto given = setup_.set_hook_secret(*record, secret); !given)
                return show("GitHub did not take a webhook secret: " + given.error().message +
                                ". Delete the App on GitHub and begin again.",
                            "", 502);
            record->webhook_secret = secret;
        }
        if (const auto stored = setup_.identity.store(*record); !stored)
            return show("The App that GitHub handed out cannot be used: " + stored.error() + ".", "", 502);
        setup_.pool.transaction([&](store::Tx& tx) { identity::void_setup_states(tx, setup_.now()); });
        spdlog::info("GitHub App {} ({}) was set up and is in use", record->app_id, record->slug);
        // A reload must not ask again with a code that is used up.
        response_.set_redirect("/setup?fresh=1", 303);
    }

    void change(const Request& request) {
        const auto app = setup_.identity.record();
        if (!platform::equal_constant_time(platform::sha256_hex(request.get_param_value("admin_token")),
                                           setup_.admin_token_hash)) {
            spdlog::warn("/setup: a wrong admin token");
            return show("That is not the admin token.", "", 403);
        }
        if (setup_.identity.summary().origin == Origin::settings)
            return show("The settings of the service name the App; it cannot be changed here.", "", 409);
        const auto what = request.get_param_value("do");
        const auto organisation = request.get_param_value("organisation");
        if (what == "open") {
            if (!organisation.empty() && !identity::is_account_name(organisation))
                return show("That is no name of an organisation.", "", 400);
            return offer(organisation);
        }
        if (!app) return show();
        if (what == "secret") return change_secret(*app);
        if (what == "key") return change_key(*app, request.get_param_value("private_key"));
        show("There is nothing of that name to do here.", "", 400);
    }

  private:
    void change_secret(AppRecord app) {
        auto former = app;
        app.webhook_secret_old = app.webhook_secret;
        app.webhook_secret = platform::random_token("");
        // Both are accepted before GitHub signs with the new one: no delivery falls between.
        if (const auto stored = setup_.identity.store(app); !stored) return show(stored.error(), "", 500);
        if (const auto given = setup_.set_hook_secret(app, app.webhook_secret); !given) {
            // Where the answer was lost GitHub may sign with either.
            if (given.error().may_be_done) former.webhook_secret_old = app.webhook_secret;
            if (const auto restored = setup_.identity.store(former); !restored)
                spdlog::error("the former webhook secret could not be stored again: {}", restored.error());
            if (given.error().may_be_done)
                return show("Whether GitHub took the new secret is not known, and both are accepted: " +
                                given.error().message + ". Change it again.",
                            "", 502);
            return show("GitHub did not take the new secret, and the former one stays: " + given.error().message + ".",
                        "", 502);
        }
        spdlog::info("the webhook secret was changed");
        show("", "The webhook secret was changed.");
    }

    void change_key(AppRecord app, const std::string& pem) {
        if (pem.size() > most_key_bytes) return show("That is too long for a private key.", "", 400);
        if (const auto key = platform::RsaPrivateKey::from_pem(pem); !key)
            return show("That is no private key of an App: " + key.error().message + ".", "", 400);
        app.private_key = pem;
        if (const auto known = setup_.verify(app); !known)
            return show("GitHub does not know the App under this key, and the former one stays: " + known.error() + ".",
                        "", 502);
        if (const auto stored = setup_.identity.store(app); !stored) return show(stored.error(), "", 500);
        spdlog::info("the App's private key was replaced");
        show("", "The new key is in use. Delete the former one on the App's settings page.");
    }

    const Setup& setup_;
    Response& response_;
};

}  // namespace

void serve_setup(Edge& edge, const Setup& setup) {
    edge.get("/setup/callback", [setup](const Request& request, Response& response) {
        Visit(setup, response).come_back(request.get_param_value("code"), request.get_param_value("state"));
    });
    edge.get("/setup/installed", [setup](const Request&, Response& response) {
        send_setup_page(response, reporting::render_setup_next_steps(setup.public_url));
    });
    edge.get("/setup", [setup](const Request& request, Response& response) {
        Visit visit(setup, response);
        const auto organisation = request.get_param_value("organisation");
        const bool is_open = setup.identity.summary().origin == Origin::none;
        if (is_open && !organisation.empty()) {
            if (identity::is_account_name(organisation)) return visit.offer(organisation);
            return visit.offer("", "That is no name of an organisation: letters, digits and single hyphens.", 400);
        }
        visit.show("", "", 200, !is_open && request.get_param_value("fresh") == "1");
    });
    edge.post("/setup",
              [setup](const Request& request, Response& response) { Visit(setup, response).change(request); });
}

}  // namespace benchgate::http
