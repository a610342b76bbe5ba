#pragma once
// Typed reading of tree nodes: every method returns a value or notes one error at the node's place. `what` is the key's
// path as a person would say it ("suites.micro.trials"). Knows shapes and units; the keys are in keys.h.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/yaml_tree.h"
#include "core/model/units.h"

namespace benchgate::config {

struct Range {
    double low = 0;
    double high = 0;
};

class Reader {
  public:
    std::vector<ConfigError> errors;
    std::vector<model::Unmet> unmet;

    void fail(const Node& at, std::string message);
    /// Text that is not empty, without control characters (a shell line may have line ends and tabs).
    std::optional<std::string> text(const Node& node, std::string_view what);
    std::optional<std::string> shell_line(const Node& node, std::string_view what);
    /// One text, or a list of them.
    std::vector<std::string> texts(const Node& node, std::string_view what);
    std::vector<std::string> shell_lines(const Node& node, std::string_view what);
    std::optional<int> integer(const Node& node, std::string_view what, int low, int high);
    std::optional<double> number(const Node& node, std::string_view what, Range range);
    std::optional<bool> boolean(const Node& node, std::string_view what);
    /// A percentage as a ratio; the range is in ratios, its low end excluded.
    std::optional<double> percent(const Node& node, std::string_view what, Range range);
    std::optional<std::chrono::milliseconds> duration(const Node& node, std::string_view what);
    /// A quantity; with `unit` it must be of that canonical unit.
    std::optional<double> quantity(const Node& node, std::string_view what, std::string_view unit = "");
    /// One of the words; a wrong one is answered with the nearest.
    std::optional<std::string> word(const Node& node, std::string_view what,
                                    const std::vector<std::string_view>& words);
    /// The items of a list, nothing (and an error) for anything else.
    std::vector<const Node*> list(const Node& node, std::string_view what);

  private:
    std::optional<std::string> scalar(const Node& node, std::string_view what, std::string_view wanted);
    std::vector<std::string> strings(const Node& node, std::string_view what, bool shell);
};

/// A mapping of a section: its unknown keys and keys without a value are errors at once, the others can be asked for.
class Section {
  public:
    Section(Reader& reader, const Node& node, std::string_view section, std::string what);

    const Node* get(std::string_view key) const;
    /// As get, and an error when the key is not there.
    const Node* require(std::string_view key);
    std::string path(std::string_view key) const;
    /// Notes what this version does not do, if the key is there.
    void note_unmet(std::string_view key, const std::string& message, bool concerns_gate = false,
                    bool only_service = false) const;
    const Node& node() const { return node_; }
    bool is_map() const { return node_.kind == Node::Kind::map; }

  private:
    Reader& reader_;
    const Node& node_;
    std::string what_;
};

/// "; did you mean 'x'?", or the list of what is known when nothing is near.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace benchgate::config
