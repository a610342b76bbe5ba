#pragma once
// What the first two parts of an address, {owner}/{repo}, name.

#include <optional>

#include "service/http/edge.h"
#include "service/store/repositories.h"

namespace benchgate::http {

/// Nullopt: this service does not know the repository.
inline std::optional<store::RepositoryRow> repository_in(store::Tx& tx, const Request& request) {
    return store::find_repository(tx, request.matches[1].str(), request.matches[2].str());
}

}  // namespace benchgate::http
