#include "core/formats/perf_script.h"

#include <algorithm>

#include "core/formats/text.h"

namespace benchgate::formats {
namespace {

/// "cpu-clock:u:" -> "cpu-clock:u"
std::string_view event_of(std::string_view header) {
    if (header.ends_with(':')) header.remove_suffix(1);
    return header;
}

/// "55d0 engine::sort(long) (/src/bench)" -> "engine::sort(long)"; without a symbol the file stands for it:
/// "[libz.so.1]".
std::string name_of(std::string_view frame) {
    const auto address = frame.find_first_of(" \t");
    if (address == std::string_view::npos) return "[unknown]";
    frame = trimmed(frame.substr(address));
    std::string_view file;
    if (constexpr std::string_view deleted = " (deleted))"; frame.ends_with(deleted))
        frame.remove_suffix(deleted.size());
    else if (frame.ends_with(')'))
        frame.remove_suffix(1);
    if (const auto open = frame.rfind(" ("); open != std::string_view::npos) {
        file = frame.substr(open + 2);
        frame = trimmed(frame.substr(0, open));
    }
    if (frame != "[unknown]" && !frame.empty()) return model::frame_name(frame);
    if (const auto slash = file.rfind('/'); slash != std::string_view::npos) file.remove_prefix(slash + 1);
    if (file.empty() || file.starts_with('[')) return file.empty() ? "[unknown]" : model::frame_name(file);
    return model::frame_name("[" + std::string(file) + "]");
}

}  // namespace

PerfScriptFolder::PerfScriptFolder(std::string event, FoldLimits limits) : event_(std::move(event)), limits_(limits) {}

void PerfScriptFolder::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        const auto piece = bytes.substr(0, end);
        line_ += piece.substr(0, limits_.line_bytes - std::min(line_.size(), limits_.line_bytes));
        if (end == std::string_view::npos) return;
        take_line();
        bytes.remove_prefix(end + 1);
    }
}

void PerfScriptFolder::finish() {
    if (!line_.empty()) take_line();
    close_sample();
}

/// A sample is a line with its event, a line a frame, and an empty one.
void PerfScriptFolder::take_line() {
    const auto line = trimmed(line_);
    if (line.empty()) {
        close_sample();
    } else if (!in_sample_) {
        in_sample_ = true;
        sample_event_ = event_of(line);
    } else if (frames_.size() < model::most_frames) {
        frames_.push_back(name_of(line));
    }
    line_.clear();
}

void PerfScriptFolder::close_sample() {
    if (!in_sample_) return;
    in_sample_ = false;
    auto frames = std::move(frames_);
    frames_.clear();
    if (sample_event_ != event_) {
        ++of_other_events_;
        return;
    }
    ++samples_;
    if (frames.empty()) frames.emplace_back("[unknown]");
    // One place is the root's; of a stack that is too deep the outermost frames are not known.
    if (frames.size() >= model::most_frames) {
        frames.resize(model::most_frames - 2);
        frames.emplace_back("[deeper]");
    }
    std::string stack(model::profile_root);
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) stack += ";" + *frame;
    if (const auto known = stacks_.find(stack); known != stacks_.end()) {
        ++known->second;
        return;
    }
    if (stacks_.size() >= limits_.stacks || bytes_ + stack.size() > limits_.bytes)
        stack = std::string(model::profile_root) + ";" + std::string(model::other_frame);
    bytes_ += stack.size();
    ++stacks_[std::move(stack)];
}

}  // namespace benchgate::formats
