#include "runners/host/fact_list.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "platform/files.h"

namespace benchgate::host {
namespace {
constexpr std::size_t most_fact_bytes = 1u << 20;
constexpr std::size_t most_names = 100'000;
}  // namespace

std::string trimmed(std::string text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
    const auto first = text.find_first_not_of(" \t\n");
    return first == std::string::npos ? std::string() : text.substr(first);
}

std::vector<int> FactList::bench() const {
    if (!options_.cpus.bench.empty()) return options_.cpus.bench;
    return parse_cpus(text("sys/devices/system/cpu/online").value_or("")).value_or(std::vector<int>{});
}

std::optional<std::string> FactList::text(const std::filesystem::path& path) const {
    auto bytes = platform::read_file(options_.root / path, most_fact_bytes);
    if (!bytes) return std::nullopt;
    return trimmed(std::move(*bytes));
}

std::optional<double> FactList::number(const std::filesystem::path& path) const {
    const auto words = text(path);
    if (!words || words->empty()) return std::nullopt;
    char* end = nullptr;
    const double value = std::strtod(words->c_str(), &end);
    return end != words->c_str() && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::vector<std::string> FactList::names(const std::filesystem::path& path) const {
    std::vector<std::string> found;
    std::error_code error;
    for (std::filesystem::directory_iterator at(options_.root / path, error), end;
         !error && at != end && found.size() < most_names; at.increment(error))
        found.push_back(at->path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
}

std::optional<std::string> FactList::field(const std::filesystem::path& path, std::string_view key) const {
    std::istringstream lines(text(path).value_or(""));
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(key)) continue;
        auto rest = trimmed(line.substr(key.size()));
        if (rest.size() + key.size() == line.size() && !rest.starts_with(':')) continue;  // a longer key
        if (rest.starts_with(':')) rest = trimmed(rest.substr(1));
        return rest;
    }
    return std::nullopt;
}

void FactList::say(std::string id, const std::optional<std::string>& observed) {
    const bool is_known = observed && !observed->empty();
    facts_.push_back(
        {std::move(id), is_known ? model::FactStatus::ok : model::FactStatus::unknown, observed.value_or(""), "", ""});
}

void FactList::expect(std::string id, const std::optional<std::string>& observed, bool good, const Expected& expected) {
    if (!observed)
        facts_.push_back({std::move(id), model::FactStatus::unknown, "", expected.wanted, ""});
    else
        facts_.push_back({std::move(id), good ? model::FactStatus::ok : expected.otherwise, *observed, expected.wanted,
                          good ? "" : expected.fix});
}

void FactList::expect_word(const std::string& id, const std::filesystem::path& path, const Expected& expected) {
    const auto seen = text(path);
    expect(id, seen, seen == expected.wanted, expected);
}

std::vector<model::HostFact> FactList::take() {
    std::sort(facts_.begin(), facts_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return std::move(facts_);
}

}  // namespace benchgate::host
