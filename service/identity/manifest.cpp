#include "service/identity/manifest.h"

#include <algorithm>
#include <array>

#include "core/json/json.h"

namespace benchgate::identity {
namespace {

constexpr std::size_t longest_account = 39;

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// "http://10.0.0.1:8080/x" -> "10.0.0.1", "https://[::1]" -> "::1"
std::string host_of(const std::string& url) {
    const auto scheme = url.find("://");
    std::string host = scheme == std::string::npos ? url : url.substr(scheme + 3);
    host = host.substr(0, host.find('/'));
    if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
    return host.substr(0, host.find(':'));
}

}  // namespace

std::string app_manifest(const std::string& public_url) {
    // check_run, check_suite and installation events come to every App that may write checks.
    const json::Json manifest{
        {"name", "benchgate"},
        {"url", public_url},
        {"description",
         "Did this change make anything slower? Measured on hosts of our own, answered with one comment."},
        {"hook_attributes", {{"url", public_url + "/webhooks/github"}, {"active", true}}},
        {"redirect_url", public_url + "/setup/callback"},
        {"setup_url", public_url + "/setup/installed"},
        {"setup_on_update", false},
        {"public", false},
        {"default_permissions",
         {{"metadata", "read"},
          {"contents", "read"},
          {"checks", "write"},
          {"statuses", "write"},
          {"pull_requests", "write"},
          {"issues", "write"},
          {"merge_queues", "read"}}},
        {"default_events", {"push", "pull_request", "issue_comment", "merge_group", "repository"}}};
    return json::dump(manifest);
}

std::string manifest_address(const std::string& github_web, const std::string& organisation, const std::string& state) {
    const auto path = organisation.empty() ? std::string("/settings/apps/new")
                                           : "/organizations/" + organisation + "/settings/apps/new";
    return github_web + path + "?state=" + state;
}

bool is_account_name(std::string_view text) {
    if (text.empty() || text.size() > longest_account || text.front() == '-' || text.back() == '-') return false;
    if (text.find("--") != std::string_view::npos) return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool is_local_address(const std::string& url) {
    static constexpr std::array<std::string_view, 8> local{"127.", "10.", "192.168.", "169.254.",
                                                           "0.",   "::1", "fe80:",    "localhost"};
    const auto host = host_of(url);
    if (host.starts_with("172.")) {
        const int second = std::atoi(host.substr(4).c_str());
        return second >= 16 && second <= 31;
    }
    return std::any_of(local.begin(), local.end(), [&](std::string_view start) { return host.starts_with(start); });
}

}  // namespace benchgate::identity
