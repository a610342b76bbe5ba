#pragma once
// What an operator can set, with every default. Read by main.cpp from flags, then environment, then a file.

#include <filesystem>
#include <string>

namespace benchgate::service {

struct Settings {
    std::string listen = "127.0.0.1:8080";
    std::string public_url;    ///< empty: from listen
    std::string database_url;  ///< empty: a private cluster in state_dir
    std::filesystem::path state_dir;
    std::string github_url = "https://api.github.com";
    std::string github_git_url;       ///< empty: from github_url
    int github_timeout_seconds = 30;  ///< a request without a whole answer by then has failed, and is repeated later
    std::string app_id;               ///< empty: not set up yet; webhooks are refused
    std::filesystem::path private_key_file;
    std::string webhook_secret;
    std::string webhook_secret_old;  ///< while the secret is being changed
    std::string secret_key;          ///< for secrets in the database; empty: secret.key in state_dir, made at need
    std::string admin_token;         ///< empty: made at the first start and printed once
    int lease_seconds = 90;          ///< a runner silent for longer has lost its job; it speaks six times as often
    int calibrate_days = 7;          ///< between two calibrations of a repository in use; 0: never
    int recovery_seconds = 900;      ///< between two looks into GitHub's log of deliveries
    std::string tls_certificate_file;
    std::string tls_key_file;
};

/// Host and port of "127.0.0.1:8080" or "[::1]:8080". Throws std::invalid_argument.
struct Endpoint {
    std::string host;
    int port = 0;
};
Endpoint endpoint_of(const std::string& listen);

/// What can be said of the settings before a database is touched. Throws std::invalid_argument with one sentence.
void check(const Settings& settings);

}  // namespace benchgate::service
