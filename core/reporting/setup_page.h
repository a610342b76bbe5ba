#pragma once
// The pages with which the GitHub App is made and kept: whole HTML documents without a script. Owns their words; who
// may do what, and the secrets, are service/http/setup and service/identity.

#include <cstdint>
#include <string>

namespace benchgate::reporting {

/// The App can be made: one button sends the manifest to GitHub.
struct SetupOffer {
    std::string action;        ///< GitHub's address for new Apps, with our state
    std::string manifest;      ///< JSON
    std::string organisation;  ///< empty: a personal account
    std::string webhook_url;
    bool is_local = false;  ///< GitHub cannot reach the webhook's address
    std::string problem;    ///< what went wrong before; may be empty
};
std::string render_setup_offer(const SetupOffer& offer);

/// The App is there; the administrator may change its secrets or make another.
struct SetupState {
    std::string name;
    std::int64_t app_id = 0;
    std::string app_url;
    std::string install_url;
    bool fresh = false;          ///< just made: installing it comes next
    bool from_settings = false;  ///< the operator's settings name it; nothing can be changed here
    bool rotating = false;       ///< the former webhook secret is still accepted
    std::string problem;         ///< what went wrong; may be empty
    std::string done;            ///< what was just done; may be empty
};
std::string render_setup_state(const SetupState& state);

/// After the installation: what is left to do until the first verdict.
std::string render_setup_next_steps(const std::string& public_url);

}  // namespace benchgate::reporting
