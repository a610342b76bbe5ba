#pragma once
// Inputs of the benchmarks: the same on every machine and in every run.
#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// A linear congruential generator (Knuth's MMIX constants): random enough for inputs, and fixed.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    std::uint32_t below(std::uint32_t limit) {
        state_ = state_ * 6364136223846793005u + 1442695040888963407u;
        return static_cast<std::uint32_t>((state_ >> 33) % limit);
    }

  private:
    std::uint64_t state_;
};

inline std::string word(Dice& dice, std::uint32_t shortest, std::uint32_t longest) {
    std::string out(shortest + dice.below(longest - shortest + 1), ' ');
    for (char& c : out) c = static_cast<char>('a' + dice.below(26));
    return out;
}

inline std::vector<std::string> words(std::uint64_t seed, std::size_t count) {
    Dice dice(seed);
    std::vector<std::string> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(word(dice, 3, 10));
    return out;
}

inline std::string program_text(std::uint64_t seed, std::size_t lines) {
    Dice dice(seed);
    std::string out;
    for (std::size_t i = 0; i < lines; ++i)
        out += word(dice, 2, 8) + " = " + word(dice, 2, 8) + "(" + std::to_string(dice.below(100000)) + ");\n";
    return out;
}

inline std::string csv_text(std::uint64_t seed, std::size_t lines) {
    Dice dice(seed);
    std::string out;
    for (std::size_t i = 0; i < lines; ++i)
        out += word(dice, 3, 9) + "," + std::to_string(dice.below(1000)) + ",\"" + word(dice, 3, 9) + ", \"\"" +
               word(dice, 2, 4) + "\"\"\"\n";
    return out;
}

}  // namespace bench
