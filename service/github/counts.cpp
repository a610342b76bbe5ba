#include "service/github/counts.h"

namespace benchgate::github {

namespace {
constexpr std::size_t max_permission_sets = 64;
}

std::string_view to_string(Count count) {
    switch (count) {
        case Count::reads:
            return "reads";
        case Count::writes:
            return "writes";
        case Count::not_modified:
            return "not_modified";
        case Count::redirects:
            return "redirects";
        case Count::refused:
            return "refused";
        case Count::failed:
            return "failed";
        case Count::no_answer:
            return "no_answer";
        case Count::limited:
            return "limited";
        case Count::rested:
            return "rested";
        case Count::tokens_minted:
            return "tokens_minted";
        case Count::app_key_refused:
            return "app_key_refused";
        case Count::permissions_refused:
            return "permissions_refused";
    }
    return "";
}

void Counts::add_refused_permissions(const std::string& permissions) {
    add(Count::permissions_refused);
    const std::lock_guard lock(mutex_);
    if (refused_permissions_.size() < max_permission_sets || refused_permissions_.contains(permissions))
        ++refused_permissions_[permissions];
}

std::map<std::string, std::uint64_t> Counts::refused_permissions() const {
    const std::lock_guard lock(mutex_);
    return refused_permissions_;
}

}
