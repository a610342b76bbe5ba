// Owns reading GitHub's answers: only the fields that are used, tolerant of everything else, since GitHub adds fields
// and Enterprise Servers lack some. An answer without a field that must be there is nullopt. Does not own requests.
#pragma once

#include "core/json/json.h"
#include "platform/http_client.h"
#include "service/github/rest.h"

namespace benchgate::github {

std::optional<CheckRunRef> read_check_run(const json::Json& document);
std::optional<Comment> read_comment(const json::Json& document);
std::optional<PullRequest> read_pull_request(const json::Json& document);
std::optional<RepositoryInfo> read_repository(const json::Json& document);
std::optional<Permission> read_permission(const json::Json& document);

/// The bytes of an answer to a request for raw contents. A server that does not know the raw form answers with a JSON
/// object that holds them in base64; a directory is a JSON array, and nullopt.
std::optional<std::string> read_file(const platform::HttpResponse& response);

ApiError unreadable_answer(int status);

}
