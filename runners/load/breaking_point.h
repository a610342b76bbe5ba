#pragma once
// Owns the search for the breaking point: which level is tried next, and what the answers add up to. Pure. Does not
// know what a level is made of, nor when one holds.
//
// Up by the factor until a level fails twice; then two bisections between the highest that held and the lowest that
// failed. A level that fails once is tried again: one failure may be chance.

#include <optional>

namespace benchgate::load {

class BreakingPoint {
  public:
    struct Options {
        double start = 100;
        double factor = 1.25;
        bool whole = false;  ///< levels are whole numbers (clients)
        double most = 1e9;   ///< no level above is tried
    };
    explicit BreakingPoint(const Options& options);

    /// The level to try now; none: the search is over.
    std::optional<double> next() const { return next_; }
    void told(bool held);
    /// The highest level that held; 0: none did.
    double highest() const { return low_; }
    /// It ended since no higher level could be tried, not because one failed.
    bool is_open_above() const { return !high_; }
    int tries() const { return tries_; }

  private:
    void go_to(double level);
    void narrow();
    Options options_;
    std::optional<double> next_;
    double low_ = 0;
    std::optional<double> high_;
    int failures_ = 0;  ///< of the level at hand
    int bisections_ = 0;
    int tries_ = 0;
};

}  // namespace benchgate::load
