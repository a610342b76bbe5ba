#pragma once
// A delivery's consequences, noted down instead of written: what `benchgate-service simulate` shows. Reads what exists
// where there is a store, and has no way to write to it or to GitHub.

#include <string>
#include <vector>

#include "service/workers/ledger.h"

namespace benchgate::workers {

/// What would come of a delivery.
struct Rehearsed {
    struct Step {
        planning::Plan plan;
        planning::PlanInput input;
    };
    std::vector<Step> steps;           ///< at most one
    std::vector<std::string> reasons;  ///< why nothing follows
    std::vector<std::string> rows;     ///< what else would be written down, a clause each
    std::vector<CheckItem> checks;     ///< one a commit: a newer word replaces the older one, as on its way to GitHub
    std::vector<Reply> replies;
};

class Rehearsal final : public Ledger {
  public:
    /// `tx`: of a store that is only read; nullptr: nothing is known of earlier runs.
    Rehearsal(store::Tx* tx, const reports::Addresses& addresses, store::Time now)
        : tx_(tx), addresses_(addresses), now_(now) {}
    Rehearsed& result() { return result_; }

    void look_up_pull(planning::PlanInput& input) override;
    void look_up_pushes(planning::PlanInput& input) override;
    void look_up_group(planning::PlanInput& input) override;
    void look_up_commit(planning::PlanInput& input, const std::string& head_sha) override;
    void look_up_schedule(planning::PlanInput& input) override;
    bool is_head_told(const store::HeadOfPull& head, const std::string& base_ref) override;
    std::optional<std::string> config_of(std::int64_t repository_id, const std::string& run_id) override;
    void remember(const planning::EventSource& source, bool only_new) override;
    bool remember_pull(const store::PullRequestRow& row, const store::Telling& telling) override;
    void reach(const planning::InstallationEvent& event, const std::optional<Listed>& listed) override;
    void reach(const planning::RepositoryEvent& event) override;
    void ask_for_reconciliation() override;
    void keep_schedules(std::int64_t repository_id, const model::Config& config) override;
    void say_of_schedules(std::int64_t repository_id, const std::vector<std::string>& suites,
                          const std::string& words) override;
    void check(std::int64_t repository_id, const CheckItem& item) override;
    void reply(const Reply& reply) override;
    void carry_out(const planning::Plan& plan, const PlanContext& context) override;
    using Ledger::nothing;
    void nothing(const std::string& reason, Surprise surprise) override;

  private:
    void close(const std::string& run_id, bool superseded, const PlanContext& context);
    void say_again(const store::RunRow& run, const std::string& remark);
    void restate(const std::string& head_sha, const std::string& remark, const PlanContext& context);
    store::Tx* tx_;
    const reports::Addresses& addresses_;
    store::Time now_;
    Rehearsed result_;
};

}  // namespace benchgate::workers
