// Runs a fuzz target over files instead of under libFuzzer, so that every compiler replays the corpus in CTest.
// Arguments are files or folders; a folder without files is a mistake of the caller. --mutate SECONDS goes on with
// changed copies of them, the same ones in the same order each time: what libFuzzer finds without its eyes, but with
// every compiler. What breaks it lies among the 1,000 inputs behind the last number printed; --from NUMBER begins
// there.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::string> inputs;

void run(const std::string& bytes) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

void replay(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    run(inputs.back());
}

/// A copy with one to four changes: a byte, a part left out, doubled or cut off, a part of another input, a hostile
/// word.
std::string mutated(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto below = [&](std::size_t bound) { return bound == 0 ? 0 : static_cast<std::size_t>(random() % bound); };
    static const std::vector<std::string> words{
        "-1",   "1e308", "1e999", "NaN", "null", "\\u0000", "\"", "{", "]", "\xff", "\n", "", "99999999999999999999",
        "<!--", "&amp;", " ",     ",",   "0",    "\r"};
    auto bytes = inputs[below(inputs.size())];
    for (auto changes = 1 + below(4); changes > 0 && bytes.size() > 1; --changes) {
        const auto at = 1 + below(bytes.size() - 1);  // the first byte may choose what reads it
        const auto length = 1 + below(std::min<std::size_t>(bytes.size() - at, 64));
        const auto& other = inputs[below(inputs.size())];
        switch (below(6)) {
            case 0:
                bytes[at] = static_cast<char>(random());
                break;
            case 1:
                bytes.erase(at, length);
                break;
            case 2:
                bytes.insert(at, bytes.substr(at, length));
                break;
            case 3:
                bytes.resize(at);
                break;
            case 4:
                bytes.insert(at, other, below(other.size()), length);
                break;
            default:
                bytes.replace(at, std::min<std::size_t>(length, 8), words[below(words.size())]);
                break;
        }
    }
    return bytes;
}

std::uint64_t mutate(std::chrono::seconds time, std::uint64_t from) {
    const auto end = std::chrono::steady_clock::now() + time;
    auto number = from;
    for (; std::chrono::steady_clock::now() < end; ++number) {
        if (number % 1000 == 0) {
            std::printf("changed inputs from %llu\n", static_cast<unsigned long long>(number));
            std::fflush(stdout);
        }
        run(mutated(number));
    }
    return number - from;
}

}  // namespace

int main(int argc, char** argv) {
    std::chrono::seconds time{0};
    std::uint64_t from = 0;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--mutate" && i + 1 < argc) {
            time = std::chrono::seconds(std::stoi(argv[++i]));
        } else if (word == "--from" && i + 1 < argc) {
            from = std::stoull(argv[++i]);
        } else if (!std::filesystem::is_directory(word)) {
            replay(word);
        } else {
            for (const auto& entry : std::filesystem::directory_iterator(word))
                if (entry.is_regular_file()) replay(entry.path());
        }
    }
    std::sort(inputs.begin(), inputs.end());  // folders have no order
    if (inputs.empty()) return 1;
    const auto changed = time.count() > 0 ? mutate(time, from) : 0;
    std::printf("%zu inputs, %llu changed ones\n", inputs.size(), static_cast<unsigned long long>(changed));
    return 0;
}
