#pragma once
// Owns the way from a lease to two plain trees on disk: the bare mirror and the bound of all of them, the fetch with
// the short-lived token, the merge-base, the checkouts. The token goes to libgit2 only.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "core/protocol/messages.h"
#include "runners/measure/failure.h"
#include "runners/measure/trial_runner.h"

namespace benchgate::agent {

struct CheckoutRequest {
    std::filesystem::path mirrors;    ///< one bare repository per repository lives here
    std::filesystem::path directory;  ///< base/ and head/ are made here
    const protocol::JobSpec* spec = nullptr;
    protocol::CloneAccess clone;
    std::uint64_t most_mirror_bytes = 0;  ///< of all mirrors together
};

struct CheckedOut {
    measure::Sides sides;
    std::string base_sha;  ///< the merge-base where the spec asks for it
    std::string head_sha;
};

/// What all mirrors together may take of the disk that they are on: a large one is not filled with them, and of a small
/// one there is left what a job needs.
std::uint64_t most_mirror_bytes(const std::filesystem::path& mirrors);

/// Those that were used least lately go until the bound holds, a job's `own` last: it is fetched anew, with no more
/// than the job needs.
void bound_mirrors(const std::filesystem::path& mirrors, const std::filesystem::path& own, std::uint64_t most);

tl::expected<CheckedOut, measure::JobFailure> check_out(const CheckoutRequest& request,
                                                        const std::function<void(std::string_view)>& log,
                                                        std::stop_token stop);

}  // namespace benchgate::agent
