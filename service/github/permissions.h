// Owns what a token must be able to do for each kind of request: a token is asked for with that and no more, and for
// one repository, so that a mistake in one request cannot reach further. Does not own minting (tokens.h).
// https://docs.github.com/rest/authentication/permissions-required-for-github-apps
#pragma once

#include <map>
#include <string>
#include <vector>

namespace benchgate::github {

enum class Use {
    read,     ///< pull requests, files, a person's permission
    check,    ///< check runs
    comment,  ///< comments on pull requests, reactions to them
    status,   ///< commit statuses
    clone,    ///< git, read only: what a runner gets
    list,     ///< an installation's repositories
};

using Permissions = std::map<std::string, std::string>;  ///< {"contents", "read"}

/// What is asked for, then what still serves most of the use where an installation has not accepted all of it (new
/// permissions of an App wait until an owner accepts them). Never empty.
const std::vector<Permissions>& permissions_for(Use use);

/// "checks:write, metadata:read"
std::string to_text(const Permissions& permissions);

}
