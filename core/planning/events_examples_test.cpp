// Every example payload that GitHub publishes, and every mutation of it: a field taken away, nulled, or of another
// type. An event or an error that names the field comes of each, never an exception.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "core/planning/events.h"

namespace benchgate::planning {
namespace {

using json::Json;

struct Example {
    std::string event;
    Json payload;
};

std::vector<Example> examples() {
    std::vector<Example> all;
    const std::filesystem::path file =
        "tests/local_github/node_modules/@octokit/webhooks-examples/api.github.com/index.json";
    if (!std::filesystem::exists(file)) return all;
    std::ifstream in(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const auto kinds = json::parse(bytes);
    if (!kinds) return all;
    for (const auto& kind : *kinds)
        for (Json payload : kind["examples"]) {
            // Most examples are of hooks that no App owns.
            if (!payload.contains("installation")) payload["installation"] = {{"id", 1}};
            all.push_back({kind["name"], std::move(payload)});
        }
    return all;
}

constexpr auto not_installed = "@octokit/webhooks-examples is not installed (npm ci in tests/local_github)";

/// The errors may only name the mutated field, what lies in it, or what it lies in.
bool are_kin(std::string_view a, std::string_view b) {
    const auto within = [](std::string_view inner, std::string_view outer) {
        return inner.starts_with(outer) &&
               (inner.size() == outer.size() || inner[outer.size()] == '.' || inner[outer.size()] == '[');
    };
    return within(a, b) || within(b, a);
}

/// Reads every mutation of one payload.
class Mutator {
  public:
    Mutator(std::string_view event, Json& root) : event_(event), root_(root) {}
    void run() { walk(root_, ""); }
    std::size_t read = 0;
    std::size_t refused = 0;

  private:
    void look(const std::string& path) {
        const auto event = read_event(event_, root_);
        ++(event ? read : refused);
        if (event) return;
        const auto& message = event.error().message;
        const auto named = message.substr(0, message.find(": "));
        EXPECT_TRUE(named.size() < message.size() && message.size() <= 120 && are_kin(named, path))
            << event_ << " with " << path << " mutated says: " << message;
    }

    void mutate(Json& value, const std::string& path) {
        Json kept = std::move(value);
        for (const Json& other : {Json(), Json(-1), Json(1e300), Json(""), Json("\xFF\n"), Json::array({1}),
                                  Json::object(), Json(true), Json(std::string(5000, 'x'))}) {
            if (other.type() == kept.type() && other.is_boolean()) continue;
            value = other;
            look(path);
        }
        value = std::move(kept);
    }

    void walk(Json& place, const std::string& path) {
        if (place.is_object()) {
            std::vector<std::string> keys;
            for (const auto& [key, value] : place.items()) keys.push_back(key);
            for (const auto& key : keys) {
                const auto below = path.empty() ? key : path + "." + key;
                Json kept = std::move(place[key]);
                place.erase(key);
                look(below);
                place[key] = std::move(kept);
                mutate(place[key], below);
                walk(place[key], below);
            }
        } else if (place.is_array()) {
            for (std::size_t i = 0; i < place.size(); ++i) {
                const auto item = path + "[" + std::to_string(i) + "]";
                mutate(place[i], item);
                walk(place[i], item);
            }
        }
    }

    std::string_view event_;
    Json& root_;
};

TEST(Events, ReadEveryExampleOfGitHub) {
    const auto all = examples();
    if (all.empty()) GTEST_SKIP() << not_installed;
    std::set<std::size_t> kinds;  // by their place in the variant
    for (const auto& [name, payload] : all) {
        const auto event = read_event(name, payload);
        ASSERT_TRUE(event) << name << ": " << event.error().message;
        kinds.insert(event->index());
    }
    EXPECT_GT(all.size(), 300u);
    for (std::size_t kind = 0; kind < std::variant_size_v<Event>; ++kind) {
        // GitHub shows no branch that goes away, and knows nothing of what this service asks itself for.
        if (kind == Event(BranchDeletedEvent{}).index() || kind == Event(CalibrationEvent{}).index() ||
            kind == Event(ScheduleEvent{}).index())
            continue;
        EXPECT_TRUE(kinds.contains(kind)) << kind;
    }
}

TEST(Events, SurviveEveryMutationOfEveryExample) {
    auto all = examples();
    if (all.empty()) GTEST_SKIP() << not_installed;
    std::size_t read = 0, refused = 0;
    for (auto& [name, payload] : all) {
        const auto event = read_event(name, payload);
        const auto* ignored = event ? std::get_if<Ignored>(&*event) : nullptr;
        if (ignored && ignored->reason == "a kind of event that nothing is planned for") continue;  // it is not read
        const Json before = payload;
        Mutator mutator(name, payload);
        mutator.run();
        EXPECT_EQ(payload, before);
        read += mutator.read;
        refused += mutator.refused;
    }
    EXPECT_GT(read, 50'000u);
    EXPECT_GT(refused, 2'000u);
    RecordProperty("mutations", std::to_string(read + refused));
}

}  // namespace
}  // namespace benchgate::planning
