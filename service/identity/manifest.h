#pragma once
// The App as the manifest describes it to GitHub: permissions, events, addresses. Pure.
// https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest

#include <string>
#include <string_view>

namespace benchgate::identity {

/// The manifest's JSON. `public_url` without a slash at the end.
std::string app_manifest(const std::string& public_url);

/// Where the browser posts it: of an organisation, or of the person's own account if that is empty.
std::string manifest_address(const std::string& github_web, const std::string& organisation, const std::string& state);

/// Letters, digits and single hyphens, at most 39: what GitHub allows as an account's name.
bool is_account_name(std::string_view text);

/// True for a loopback or private address in the URL: GitHub's own servers cannot deliver there. (An Enterprise Server
/// in the same network may.)
bool is_local_address(const std::string& url);

}  // namespace benchgate::identity
