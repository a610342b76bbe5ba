#include "cli/progress_display.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace benchgate::cli {
namespace {

constexpr std::size_t tail_bytes = 4000;

std::string time_left(const std::optional<int>& seconds) {
    if (!seconds || *seconds <= 0) return "";
    if (*seconds < 90) return fmt::format(", at most {} s left", *seconds);
    return fmt::format(", at most {} min left", (*seconds + 59) / 60);
}

std::string line_for(const measure::Progress& progress) {
    if (progress.phase == model::JobPhase::build) return "building both sides";
    if (progress.phase != model::JobPhase::measure) return std::string(model::to_string(progress.phase));
    const auto* phase = progress.confirming ? "confirming:" : "measuring:";
    // Without this line a busy host looks like a hung command: a block takes up to three times as long.
    if (!progress.disturbed.empty())
        return fmt::format("{} block {} again, {}", phase, progress.block + 1, progress.disturbed);
    return fmt::format("{} block {} of at most {}, {} of {} series open{}", phase, progress.block, progress.at_most,
                       progress.open, std::max(progress.series, progress.open), time_left(progress.seconds_left));
}

}  // namespace

ProgressDisplay::ProgressDisplay(std::ostream& err, std::string suite, bool terminal)
    : err_(err), suite_(std::move(suite)), terminal_(terminal) {}

ProgressDisplay::~ProgressDisplay() {
    if (terminal_ && !shown_.empty()) err_ << "\r\033[K" << std::flush;
}

void ProgressDisplay::show(const std::string& line) {
    if (line == shown_) return;
    // Not wrapped: on a narrow terminal only the last row of a longer line could be taken back.
    if (terminal_)
        err_ << "\r\033[K\033[?7l" << suite_ << ": " << line << "\033[?7h" << std::flush;
    else
        err_ << suite_ << ": " << line << std::endl;
    shown_ = line;
}

void ProgressDisplay::note(const std::string& line) {
    if (terminal_) err_ << "\r\033[K";
    err_ << suite_ << ": " << line << std::endl;
    shown_.clear();
}

void ProgressDisplay::on_progress(const measure::Progress& progress) {
    // Where nothing alarmed there is nothing to confirm.
    if (progress.confirming && progress.open == 0 && progress.block == 0) return;
    show(line_for(progress));
}

void ProgressDisplay::on_log(std::string_view bytes) {
    log_tail_ += bytes;
    if (log_tail_.size() > 2 * tail_bytes) log_tail_.erase(0, log_tail_.size() - tail_bytes);
}

}  // namespace benchgate::cli
