#pragma once
// Who this service is to GitHub: the App's id, key and webhook secrets, from the operator's settings or from the
// set-up page. Owns the one copy in memory, what is kept sealed in the database, and how a change is taken into use
// without a restart, in this process and in others on the same database. Does not talk to GitHub.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/seal.h"
#include "platform/sync.h"
#include "service/github/tokens.h"
#include "service/identity/app_record.h"
#include "service/store/pool.h"

namespace benchgate::identity {

enum class Origin { none, settings, set_up };

/// What may be shown to anybody.
struct AppSummary {
    Origin origin = Origin::none;
    std::int64_t app_id = 0;
    std::string slug;
    std::string name;
    std::string html_url;
};

class AppIdentity {
  public:
    using Now = std::function<store::Time()>;
    AppIdentity(store::Pool& pool, platform::SealKey key, github::Tokens& tokens, Now now);

    /// The operator's settings name the App: they win over what the set-up page stored. The error names what is wrong.
    tl::expected<void, std::string> use_settings(AppRecord record);
    /// Takes what another process stored since; true: something changed. Throws std::runtime_error when it cannot be
    /// opened, with what to do.
    bool refresh();
    /// Sealed, stored, and in use when this returns. Nothing changes on an error.
    tl::expected<void, std::string> store(const AppRecord& record);

    AppSummary summary() const;
    /// With its secrets; nullopt while there is no App.
    std::optional<AppRecord> record() const;
    /// The present secret first; empty: no App yet, every delivery is refused.
    std::vector<std::string> webhook_secrets() const;

  private:
    struct State {
        Origin origin = Origin::none;
        AppRecord record;
        std::string sealed;  ///< as read or written last: a change elsewhere differs
    };
    tl::expected<void, std::string> take(AppRecord record, Origin origin, const std::string& sealed);

    store::Pool& pool_;
    platform::SealKey key_;
    github::Tokens& tokens_;
    Now now_;
    mutable platform::Sync<State> state_;
};

}  // namespace benchgate::identity
