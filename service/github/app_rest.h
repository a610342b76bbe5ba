// Owns the typed calls that benchgate makes as the App itself: what the App is, where it is installed, which webhooks
// were delivered, and the set-up. Does not own calls about a repository (rest.h) or what is done with the answers.
#pragma once

#include "service/github/rest.h"

namespace benchgate::github {

/// One attempt to deliver a webhook. Attempts of one event share the guid, which is X-GitHub-Delivery.
struct Delivery {
    std::int64_t id = 0;
    std::string guid;
    std::string event;
    std::string action;   ///< empty: the event has none
    std::string status;   ///< "OK", or why not
    int status_code = 0;  ///< 0: no answer
    bool redelivery = false;
    TimePoint delivered_at;
    std::int64_t installation_id = 0;  ///< 0: none
    std::int64_t repository_id = 0;    ///< 0: none
    bool delivered() const { return status_code >= 200 && status_code < 300; }
};

struct DeliveryPage {
    std::vector<Delivery> deliveries;  ///< the newest first
    std::string next_cursor;           ///< empty: this was the last page
};

struct DeliveryDetail {
    Delivery delivery;
    std::map<std::string, std::string> request_headers;  ///< names as GitHub writes them; the signature is left out
    std::string payload;                                 ///< JSON; not the bytes that were signed
};

struct Installation {
    std::int64_t id = 0;
    std::int64_t app_id = 0;
    std::string account;
    bool suspended = false;
    bool all_repositories = false;
    Permissions permissions;  ///< as accepted
};

struct App {
    std::int64_t id = 0;
    std::string slug;
    std::string name;
    std::string html_url;
    Permissions permissions;  ///< as asked for
    std::vector<std::string> events;
};

/// What GitHub hands out once when an App is made from a manifest. Holds secrets: never to be logged.
struct NewApp {
    App app;
    std::string pem;
    std::string webhook_secret;  ///< empty: none was made
    std::string client_id;
    std::string client_secret;
};

/// What is not set stays as it is.
struct HookConfig {
    std::optional<std::string> url;
    std::optional<std::string> secret;
};

class AppRest {
  public:
    AppRest(const Api& api, Tokens& tokens) : api_(api), tokens_(tokens) {}

    ApiResult<App> get_app(std::stop_token stop);
    /// At most 10,000.
    ApiResult<Listing<Installation>> list_installations(std::stop_token stop);
    /// 100 at a time; an empty cursor asks for the newest. A cursor that was not handed out here is refused.
    ApiResult<DeliveryPage> list_deliveries(const std::string& cursor, std::stop_token stop);
    ApiResult<DeliveryDetail> get_delivery(std::int64_t id, std::stop_token stop);
    /// GitHub sends it again, with the same guid.
    ApiResult<void> redeliver(std::int64_t id, std::stop_token stop);
    /// The App's webhook: a new address, a new secret. Always JSON, always with the certificate checked.
    ApiResult<void> update_hook_config(const HookConfig& config, std::stop_token stop);
    /// The last step of the manifest flow; works once per code, within an hour, and without any credentials.
    ApiResult<NewApp> convert_manifest(const std::string& code, std::stop_token stop);

  private:
    ApiResult<ApiResponse> send(const Call& call, std::stop_token stop);

    const Api& api_;
    Tokens& tokens_;
};

}
