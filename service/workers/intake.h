#pragma once
// From one stored delivery to a plan that is carried out: parse, look up what planning needs (mirror, permission, what
// exists), plan, write rows. Runs inside the transaction that holds the delivery. Throws Later for what may pass.

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
    Intake(github::Rest& rest, Mirrors& mirrors, reports::Addresses addresses);

    /// Throws std::runtime_error for a delivery that can never be read.
    void handle(store::Tx& tx, const store::InboxRow& delivery, store::Time now, std::stop_token stop);
    /// After the last attempt: says on the check, if the event has a commit, why nothing was measured.
    void give_up(store::Tx& tx, const store::InboxRow& delivery, const std::string& reason, store::Time now);

  private:
    struct Target;
    void remember(store::Tx& tx, const planning::EventSource& source, store::Time now);
    void on_pull_request(store::Tx& tx, const planning::PullRequestEvent& event, const std::string& delivery_id,
                         store::Time now, std::stop_token stop);
    void on_push(store::Tx& tx, const planning::PushEvent& event, const std::string& delivery_id, store::Time now,
                 std::stop_token stop);
    void on_comment(store::Tx& tx, const planning::CommentEvent& event, const std::string& delivery_id, store::Time now,
                    std::stop_token stop);
    void plan_pull(store::Tx& tx, const planning::EventSource& source, const planning::PullRequest& pull,
                   planning::Trigger trigger, const std::string& delivery_id, store::Time now, std::stop_token stop);

    github::Rest& rest_;
    Mirrors& mirrors_;
    reports::Addresses addresses_;
};

}  // namespace benchgate::workers
