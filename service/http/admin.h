#pragma once
// Who may use what is administrative: whoever sends the admin token as a bearer token. Owns the comparison, not the
// token.

#include <string>

#include "service/http/edge.h"

namespace benchgate::http {

/// `hash`: sha256 (hex) of the token.
bool is_admin(const Request& request, const std::string& hash);

}  // namespace benchgate::http
