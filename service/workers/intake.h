#pragma once
// From one stored delivery to a plan that is carried out: parse, ask what planning needs of others (mirror, permission,
// the pull request as it is), plan, write rows. Asking and writing are two steps, since asking may take minutes and no
// transaction may wait for it. Throws Later for what may pass.

#include <functional>
#include <stop_token>

#include "core/planning/events.h"
#include "core/planning/plan.h"
#include "service/github/rest.h"
#include "service/reports/run_report.h"
#include "service/store/inbox.h"
#include "service/workers/mirrors.h"

namespace benchgate::workers {

class Intake {
  public:
    Intake(store::Pool& pool, github::Rest& rest, Mirrors& mirrors, reports::Addresses addresses);

    /// What is left to be written once everything is known. May be called again if its transaction was lost.
    using Deed = std::function<void(store::Tx&, store::Time)>;
    /// Asks what must be asked. Throws std::runtime_error for a delivery that can never be read.
    Deed prepare(const store::InboxRow& delivery, std::stop_token stop);
    /// After the last attempt: says on the check, or below the command, why nothing was measured.
    void give_up(store::Tx& tx, const store::InboxRow& delivery, const std::string& reason, store::Time now);
    /// The repository that an event speaks of; 0: none, or it cannot be read.
    static std::int64_t repository_of(const store::Delivery& delivery);

  private:
    struct Asked;
    Deed on_pull_request(const planning::PullRequestEvent& event, const store::InboxRow& delivery,
                         std::stop_token stop);
    Deed on_push(const planning::PushEvent& event, const store::InboxRow& delivery, std::stop_token stop);
    Deed on_comment(const planning::CommentEvent& event, const store::InboxRow& delivery, std::stop_token stop);
    Deed on_branch_deleted(const planning::BranchDeletedEvent& event, const store::InboxRow& delivery);
    /// A check's re-request or button, or a re-request of its whole suite.
    struct CheckAsked {
        planning::CheckRequest request = planning::CheckRequest::rerun;
        std::string head_sha;
        std::vector<std::int64_t> pull_numbers;
    };
    Deed on_check(const planning::EventSource& source, const CheckAsked& asked, const store::InboxRow& delivery,
                  std::stop_token stop);
    Deed on_installation(const planning::InstallationEvent& event, std::stop_token stop);
    Deed on_merge_group(const planning::MergeGroupEvent& event, const store::InboxRow& delivery, std::stop_token stop);
    std::optional<planning::MeasuredAnswer> measured_answer(std::int64_t repository_id, std::int64_t number);
    planning::Permission ask_permission(const github::Repository& repository, const std::string& login,
                                        std::stop_token stop);
    /// As GitHub states it at this moment.
    std::string ask_association(const github::Repository& repository, std::int64_t number, std::stop_token stop);
    planning::PullRequest ask_pull(const github::Repository& repository, std::int64_t number, std::stop_token stop);
    Asked ask_about_pull(const planning::EventSource& source, const planning::PullRequest& pull,
                         const planning::CommandTrigger* command, std::stop_token stop);
    void look_up_commits(Asked& asked, const github::Repository& repository, const planning::Command& command,
                         std::stop_token stop);
    Deed plan_pull(const planning::EventSource& source, const planning::PullRequest& pull, planning::Trigger trigger,
                   const std::string& delivery_id, std::stop_token stop);

    store::Pool& pool_;
    github::Rest& rest_;
    Mirrors& mirrors_;
    reports::Addresses addresses_;
};

}  // namespace benchgate::workers
