#pragma once
// Where a benchmark's processor time goes: samples of its stacks, folded ("all;main;work 17"), of base and head. Owns
// the folded form, its bounds, and what may stand in a frame's name. How samples are taken is runners/measure, what is
// made of them core/reporting.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace benchgate::model {

/// The first frame of every stack, on both sides: programs' names differ, and roots that differ cannot be compared.
inline constexpr std::string_view profile_root = "all";
/// What the bounds left no room for, below the root.
inline constexpr std::string_view other_frame = "[other]";

inline constexpr std::size_t folded_bytes = 2u << 20;  ///< of one side's text
inline constexpr std::size_t most_frames = 256;        ///< of a stack, the root included
inline constexpr std::size_t frame_bytes = 300;        ///< of a frame's name

/// Samples by stack: frames from the root on, joined by ';'.
using FoldedStacks = std::map<std::string, std::uint64_t, std::less<>>;

std::uint64_t total_of(const FoldedStacks& stacks);

/// A foreign name as a frame: valid UTF-8 on one line without ';', at most frame_bytes; its middle goes first, since
/// long names differ at both ends.
std::string frame_name(std::string_view foreign);

/// A line a stack, "STACK COUNT", the most frequent first. Those that do not fit are summed up in one last line.
std::string folded_text(const FoldedStacks& stacks, std::size_t most_bytes = folded_bytes);

/// Nullopt: too long, or a line of it is none. Names become frame_name()s, stacks below another root are refused.
std::optional<FoldedStacks> folded_from(std::string_view text);

struct ProfileSide {
    std::uint64_t samples = 0;
    int trials = 0;
    std::string sha256;  ///< hex, of the folded text; that travels as an artifact of its own
    std::string folded;  ///< empty where only the bundle was read
    bool operator==(const ProfileSide&) const = default;
};

/// What a job that profiles gives instead of trials.
struct Profile {
    std::string benchmark;
    std::string event;           ///< "cpu-clock:u"
    int frequency = 0;           ///< samples a second of processor time
    bool whole_command = false;  ///< the command cannot be filtered: everything that it runs was sampled
    ProfileSide base;
    ProfileSide head;
    bool operator==(const Profile&) const = default;
};

}  // namespace benchgate::model
