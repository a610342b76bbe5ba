#include "core/model/profile.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/model/utf8.h"

namespace benchgate::model {
namespace {

constexpr std::string_view ellipsis = "…";
constexpr std::uint64_t most_samples = std::uint64_t{1} << 40;

/// The end of the last whole character within the first `most` bytes.
std::size_t cut_before(std::string_view text, std::size_t most) {
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
    return most;
}

std::size_t cut_behind(std::string_view text, std::size_t from) {
    while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
    return from;
}

std::string other_stack() {
    return std::string(profile_root) + ";" + std::string(other_frame);
}

/// The stack of a line with every name as it may be; nullopt: another root, too deep, or a nameless frame.
std::optional<std::string> stack_from(std::string_view text) {
    std::string stack;
    std::size_t frames = 0;
    for (bool last = false; !last; ++frames) {
        const auto end = text.find(';');
        last = end == std::string_view::npos;
        const auto frame = text.substr(0, end);
        if (frame.empty() || frames == most_frames || (frames == 0 && frame != profile_root)) return std::nullopt;
        stack += (stack.empty() ? "" : ";") + frame_name(frame);
        if (!last) text.remove_prefix(end + 1);
    }
    return stack;
}

}  // namespace

std::uint64_t total_of(const FoldedStacks& stacks) {
    std::uint64_t total = 0;
    for (const auto& [stack, count] : stacks) total += count;
    return total;
}

std::string frame_name(std::string_view foreign) {
    std::string name;
    while (!foreign.empty()) {
        const auto length = character_length(foreign);
        const char first = foreign.front();
        if (length > 1)
            name += foreign.substr(0, length);
        else
            name += length == 0                                                   ? '?'
                    : first == ';'                                                ? ':'
                    : (static_cast<unsigned char>(first) < 0x20 || first == 0x7f) ? ' '
                                                                                  : first;
        foreign.remove_prefix(std::max<std::size_t>(1, length));
    }
    if (name.size() > frame_bytes) {
        constexpr std::size_t kept = frame_bytes - ellipsis.size(), head = kept * 2 / 3;
        name = name.substr(0, cut_before(name, head)) + std::string(ellipsis) +
               name.substr(cut_behind(name, name.size() - (kept - head)));
    }
    return name.find_first_not_of(' ') == std::string::npos ? "[unknown]" : name;
}

std::string folded_text(const FoldedStacks& stacks, std::size_t most_bytes) {
    using Entry = FoldedStacks::const_iterator;
    std::vector<Entry> order;
    for (auto entry = stacks.begin(); entry != stacks.end(); ++entry) order.push_back(entry);
    std::stable_sort(order.begin(), order.end(), [](const Entry& a, const Entry& b) { return a->second > b->second; });
    constexpr std::size_t room_for_rest = 64;
    std::string text;
    std::uint64_t rest = 0;
    for (const auto& entry : order) {
        const auto count = std::to_string(entry->second);
        if (entry->first == other_stack() ||
            text.size() + entry->first.size() + count.size() + 2 + room_for_rest > most_bytes)
            rest += entry->second;
        else
            text += entry->first + " " + count + "\n";
    }
    if (rest > 0) text += other_stack() + " " + std::to_string(rest) + "\n";
    return text;
}

std::optional<FoldedStacks> folded_from(std::string_view text) {
    if (text.size() > folded_bytes) return std::nullopt;
    FoldedStacks stacks;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const auto blank = line.rfind(' ');
        if (blank == std::string_view::npos) return std::nullopt;
        std::uint64_t count = 0;
        const auto* end = line.data() + line.size();
        const auto [stop, error] = std::from_chars(line.data() + blank + 1, end, count);
        if (error != std::errc() || stop != end || count == 0 || count > most_samples) return std::nullopt;
        auto stack = stack_from(line.substr(0, blank));
        if (!stack) return std::nullopt;
        stacks[std::move(*stack)] += count;
    }
    return stacks;
}

}  // namespace benchgate::model
