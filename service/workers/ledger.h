#pragma once
// Where the consequences of a delivery go: the port, and its one implementation that writes them as rows of one
// transaction. The other one (rehearsal.h) only notes them down. Decides nothing.

#include "core/planning/events.h"
#include "service/store/pull_requests.h"
#include "service/store/runs.h"
#include "service/workers/announce.h"
#include "service/workers/carry_out.h"
#include "service/workers/reach.h"

namespace benchgate::workers {

/// What exists already is looked up here too, since it must be read in the transaction that writes.
class Ledger {
  public:
    virtual ~Ledger() = default;

    /// Fill what exists of planning's input (known.h), and `now`.
    virtual void look_up_pull(planning::PlanInput& input) = 0;
    virtual void look_up_pushes(planning::PlanInput& input) = 0;
    virtual void look_up_group(planning::PlanInput& input) = 0;
    virtual void look_up_commit(planning::PlanInput& input, const std::string& head_sha) = 0;
    virtual void look_up_schedule(planning::PlanInput& input) = 0;
    /// Whether a run says, or will say, something of this head, as store::is_head_told has it.
    virtual bool is_head_told(const store::HeadOfPull& head, const std::string& base_ref) = 0;
    /// The .benchgate.yml of a run that exists.
    virtual std::optional<std::string> config_of(std::int64_t repository_id, const std::string& run_id) = 0;

    /// The repository as the event names it. `only_new`: what is known of it already is newer.
    virtual void remember(const planning::EventSource& source, bool only_new) = 0;
    /// False: a newer event of the pull request was handled before.
    virtual bool remember_pull(const store::PullRequestRow& row, const store::Telling& telling) = 0;
    virtual void reach(const planning::InstallationEvent& event, const std::optional<Listed>& listed) = 0;
    virtual void reach(const planning::RepositoryEvent& event) = 0;
    /// Something changed that a late event cannot tell rightly: GitHub is to be asked for everything.
    virtual void ask_for_reconciliation() = 0;

    /// What the configuration at the default branch's head schedules, and nothing else any more.
    virtual void keep_schedules(std::int64_t repository_id, const model::Config& config) = 0;
    /// Why nothing came of the due time of these suites' schedules, a clause.
    virtual void say_of_schedules(std::int64_t repository_id, const std::vector<std::string>& suites,
                                  const std::string& words) = 0;

    virtual void check(std::int64_t repository_id, const CheckItem& item) = 0;
    virtual void reply(const Reply& reply) = 0;
    virtual void carry_out(const planning::Plan& plan, const PlanContext& context) = 0;
    /// Why nothing follows from a delivery. usual: so it is with most, and nobody needs to read of it.
    enum class Surprise { usual, notable };
    virtual void nothing(const std::string& reason, Surprise surprise) = 0;
    void nothing(const std::string& reason) { nothing(reason, Surprise::usual); }
};

/// Lives within one transaction.
class StoreLedger final : public Ledger {
  public:
    StoreLedger(store::Tx& tx, const reports::Addresses& addresses, store::Time now)
        : tx_(tx), addresses_(addresses), now_(now) {}

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
    store::Tx& tx_;
    const reports::Addresses& addresses_;
    store::Time now_;
};

}  // namespace benchgate::workers
