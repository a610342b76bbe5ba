#pragma once
// Progress for a person: one line that is rewritten on a terminal, plain lines elsewhere. Keeps the end of the build
// log for the case that it fails. Writes to standard error only.

#include <iosfwd>
#include <string>

#include "runners/measure/observer.h"

namespace benchgate::cli {

class ProgressDisplay final : public measure::Observer {
  public:
    ProgressDisplay(std::ostream& err, std::string suite, bool terminal);
    ~ProgressDisplay() override;
    void on_progress(const measure::Progress& progress) override;
    void on_log(std::string_view bytes) override;
    /// A line that stays, beside the progress.
    void note(const std::string& line);
    const std::string& log_tail() const { return log_tail_; }

  private:
    void show(const std::string& line);
    std::ostream& err_;
    std::string suite_;
    bool terminal_;
    std::string shown_;
    std::string log_tail_;
};

}  // namespace benchgate::cli
