#pragma once
// Main's history, kept up behind the judge: each judged job of a push to the default branch is taken up once, its
// commit gets its place in main's order and its values become points. Owns the order of these things and what happens
// when git cannot be asked; what a point is and where it stands is core/history.

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "service/github/rest.h"
#include "service/store/history.h"
#include "service/store/jobs.h"

namespace benchgate::workers {

/// The same for the same series at any time: fit for an address.
std::string series_id_of(const std::string& suite, const std::string& host_class, const model::SeriesKey& key);

class HistoryWorker {
  public:
    /// The newest commits of a branch along first parents, oldest first; throws Later where git cannot be asked now.
    using Walk = std::function<std::vector<std::string>(const github::Repository&, const std::string& branch,
                                                        const std::string& sha, std::size_t limit, std::stop_token)>;
    /// A repository's tags and their commits; throws like Walk.
    using Tags =
        std::function<std::vector<std::pair<std::string, std::string>>(const github::Repository&, std::stop_token)>;
    HistoryWorker(store::Pool& pool, std::function<store::Time()> now, Walk walk, Tags tags);
    /// One job; false: none waits.
    bool work(std::stop_token stop);

  private:
    void place(const store::DueJob& due, std::stop_token stop);
    void mark_releases(const github::Repository& repository, std::stop_token stop);
    void take_up(store::Tx& tx, const store::DueJob& due);
    store::Pool& pool_;
    std::function<store::Time()> now_;
    Walk walk_;
    Tags tags_;
};

}  // namespace benchgate::workers
