#include "core/judging/level_search.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace benchgate::judging {
namespace {

constexpr double unbounded = std::numeric_limits<double>::infinity();

/// Levels from `from` up to the next piece, for which the last cut is best put at `cut`.
struct Piece {
    double from;
    std::uint32_t cut;
};

class Search {
  public:
    Search(std::span<const double> x, double price, std::size_t shortest)
        : price_(price), shortest_(std::max<std::size_t>(shortest, 1)), sum_(x.size() + 1), square_(x.size() + 1) {
        for (std::size_t i = 0; i < x.size(); ++i) {
            sum_[i + 1] = sum_[i] + x[i];
            square_[i + 1] = square_[i] + x[i] * x[i];
        }
        const auto [least, most] = std::minmax_element(x.begin(), x.end());
        top_ = *most;
        pieces_ = {{*least, 0}};
    }

    std::vector<std::size_t> run() {
        const std::size_t n = sum_.size() - 1;
        cost_.assign(n + 1, unbounded);
        before_.assign(n + 1, 0);
        cost_[0] = -price_;
        for (std::size_t end = shortest_; end <= n; ++end) {
            // A cut may be used once the level behind it is long enough. What it costs more or less than an older one
            // at a given level no longer changes from there on, so it may be compared as late as this.
            const std::size_t cut = end - shortest_;
            if (cut >= shortest_) enter(static_cast<std::uint32_t>(cut));
            close(end);
        }
        std::vector<std::size_t> cuts;
        for (std::size_t end = n; before_[end] > 0; end = before_[end]) cuts.push_back(before_[end]);
        std::reverse(cuts.begin(), cuts.end());
        return cuts;
    }

  private:
    double base(std::size_t cut) const { return cost_[cut] + price_; }

    double spread(std::size_t begin, std::size_t end) const {
        const double sum = sum_[end] - sum_[begin];
        return square_[end] - square_[begin] - sum * sum / static_cast<double>(end - begin);
    }

    /// The new cut is better than an older one wherever the values between the two lie far enough from the level:
    /// outside an interval around their mean.
    void enter(std::uint32_t cut) {
        next_.clear();
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            const auto piece = pieces_[i];
            const double to = i + 1 < pieces_.size() ? pieces_[i + 1].from : top_;
            const double count = cut - piece.cut;
            const double room = (base(cut) - base(piece.cut) - spread(piece.cut, cut)) / count;
            if (room < 0) {
                put({piece.from, cut});
                continue;
            }
            const double middle = (sum_[cut] - sum_[piece.cut]) / count;
            const double half = std::sqrt(room);
            const double low = middle - half, high = middle + half;
            if (low > to || high < piece.from) {
                put({piece.from, cut});
                continue;
            }
            if (low > piece.from) put({piece.from, cut});
            put({std::max(low, piece.from), piece.cut});
            if (high < to) put({high, cut});
        }
        pieces_.swap(next_);
    }

    void put(Piece piece) {
        if (next_.empty() || next_.back().cut != piece.cut) next_.push_back(piece);
    }

    void close(std::size_t end) {
        double best = unbounded;
        std::uint32_t at = 0;
        for (const auto& piece : pieces_) {
            const double cost = base(piece.cut) + spread(piece.cut, end);
            if (cost < best || (cost == best && piece.cut < at)) {
                best = cost;
                at = piece.cut;
            }
        }
        cost_[end] = best;
        before_[end] = at;
    }

    double price_;
    std::size_t shortest_;
    double top_ = 0;
    std::vector<double> sum_, square_, cost_;
    std::vector<std::uint32_t> before_;
    std::vector<Piece> pieces_, next_;
};

}  // namespace

std::vector<std::size_t> best_levels(std::span<const double> x, double price, std::size_t shortest) {
    if (x.size() < 2 * std::max<std::size_t>(shortest, 1)) return {};
    return Search(x, price, shortest).run();
}

}  // namespace benchgate::judging
