#pragma once
// From one stored delivery to a plan that is carried out: parse, ask what planning needs of others (mirror, permission,
// the pull request as it is), plan, write rows. Asking and writing are two steps, since asking may take minutes and no
// transaction may wait for it. Asks through a port (asking.h) and writes through another (ledger.h), so that the same
// code can tell what it would do. Throws Later for what may pass.

#include <functional>
#include <stop_token>

#include "core/planning/events.h"
#include "core/planning/plan.h"
#include "service/reports/run_report.h"
#include "service/store/inbox.h"
#include "service/workers/asking.h"
#include "service/workers/ledger.h"

namespace benchgate::workers {

class Intake {
  public:
    Intake(Asking& asking, reports::Addresses addresses);

    /// What is left to be written once everything is known. May be called again if its transaction was lost.
    using Deed = std::function<void(Ledger&)>;
    /// Asks what must be asked. Throws std::runtime_error for a delivery that can never be read. Of a delivery that
    /// came late, what may have changed since is asked of GitHub instead of being taken from its payload.
    Deed prepare(const store::InboxRow& delivery, std::stop_token stop);
    /// A deed as rows.
    void write(const Deed& deed, store::Tx& tx, store::Time now) const;
    /// After the last attempt: says on the check, or below the command, why nothing was measured. A check that tells of
    /// a run stays as it is.
    void give_up(store::Tx& tx, const store::InboxRow& delivery, const std::string& reason, store::Time now);
    /// The repository that an event speaks of; 0: none, or it cannot be read.
    static std::int64_t repository_of(const store::Delivery& delivery);

  private:
    struct Asked;
    /// The delivery that an event came with.
    struct Via {
        std::string id;
        std::int64_t seq = 0;
        bool late = false;   ///< not by a webhook in time: newer ones may have been handled before
        int attempts = 0;    ///< to handle it, before this one
        bool asked = false;  ///< by the operator or the schedule
    };
    Deed on_pull_request(const planning::PullRequestEvent& told, const Via& via, std::stop_token stop);
    Deed on_push(const planning::PushEvent& event, const Via& via, std::stop_token stop);
    Deed on_comment(const planning::CommentEvent& event, const Via& via, std::stop_token stop);
    Deed on_branch_deleted(const planning::BranchDeletedEvent& event, const Via& via);
    /// A check's re-request or button, or a re-request of its whole suite.
    struct CheckAsked {
        planning::CheckRequest request = planning::CheckRequest::rerun;
        std::string head_sha;
        std::vector<std::int64_t> pull_numbers;
        std::string run_id = {};  ///< as the check's external id has it
    };
    Deed on_check(const planning::EventSource& source, const CheckAsked& asked, const Via& via, std::stop_token stop);
    Deed on_calibration(const planning::CalibrationEvent& event, const Via& via, std::stop_token stop);
    Deed on_schedule(const planning::ScheduleEvent& event, const Via& via, std::stop_token stop);
    /// Keeps what the head of the default branch, which holds `sha`, schedules.
    Deed schedules_at_head(const planning::EventSource& source, const std::string& sha, std::stop_token stop);
    Deed on_merge_group(const planning::MergeGroupEvent& event, const Via& via, std::stop_token stop);
    Deed on_installation(const planning::InstallationEvent& event, const Via& via, std::stop_token stop);
    Deed on_repository(const planning::RepositoryEvent& event, const Via& via);
    std::optional<planning::PullRequestEvent> as_present(const planning::PullRequestEvent& event, const Via& via,
                                                         std::stop_token stop);
    Asked ask_about_pull(const planning::EventSource& source, const planning::PullRequest& pull,
                         const planning::CommandTrigger* command, std::stop_token stop);
    std::vector<planning::ClaimedRef> claimed_refs_of(const model::Config& config, const github::Repository& repository,
                                                      std::stop_token stop);
    void look_up_commits(Asked& asked, const github::Repository& repository, const planning::Command& command,
                         std::stop_token stop);
    Deed plan_pull(const planning::EventSource& source, const planning::PullRequest& pull, planning::Trigger trigger,
                   const Via& via, std::stop_token stop);

    Asking& asking_;
    reports::Addresses addresses_;
};

/// The repository that an event names, as GitHub is asked about it.
github::Repository github_repository(const planning::EventSource& source);

}  // namespace benchgate::workers
