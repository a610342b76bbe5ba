#pragma once
// Where lease requests wait, and the one thread of this process that looks into the queue for all of them. A thousand
// runners that each looked when a job comes would hold up each other; so it looks once, and calls as many as there are
// jobs for. Being called says only "look again": the table is the truth, and decides who gets what.
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "service/store/jobs.h"

namespace benchgate::http {

class WaitingRunners {
  public:
    struct Asking {
        std::string runner_id;
        std::vector<std::string> labels;
        int protocol = 1;
    };
    struct Options {
        std::chrono::milliseconds recheck{5'000};  // in case a wake-up was lost, and for jobs that rested
        std::chrono::milliseconds pause{5};        // between two looks: what comes meanwhile is looked at together
    };
    using Look = std::function<std::vector<store::WaitingJobs>()>;

    WaitingRunners(Look look, Options options);
    explicit WaitingRunners(Look look) : WaitingRunners(std::move(look), Options{}) {}
    ~WaitingRunners();  // every Place must have gone
    WaitingRunners(const WaitingRunners&) = delete;
    WaitingRunners& operator=(const WaitingRunners&) = delete;

    // The queue may have changed.
    void wake();

    std::size_t count() const;

    // One runner that waits. It is there before the runner looks into the table itself, so that a job queued between
    // looking and waiting is not slept through.
    class Place {
      public:
        Place(WaitingRunners& room, Asking asking);
        ~Place();  // whoever was called and took nothing passes the call on
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

        // True: called. False: `until` is over or the service stops.
        bool wait(std::chrono::steady_clock::time_point until, std::stop_token stop);
        // It looked into the table: whatever it was called for is taken, by it or by another.
        void has_looked();
        // It waits on, but may take no job, and is not called.
        void stand_aside();

      private:
        friend class WaitingRunners;
        WaitingRunners& room_;
        Asking asking_;
        bool is_called_ = false;
        bool is_aside_ = false;
        std::condition_variable_any changed_;
        std::list<Place*>::iterator at_;
    };

  private:
    void serve(std::stop_token stop);
    void call(const std::vector<store::WaitingJobs>& jobs);

    const Look look_;
    const Options options_;
    mutable std::mutex mutex_;  // guards what follows, and what the places hold
    std::condition_variable_any woken_;
    bool is_due_ = false;
    std::list<Place*> places_;  // who came first stands first
    std::jthread thread_;       // last: it uses what stands above
};

}
