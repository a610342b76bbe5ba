#include "core/config/yaml_tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "core/model/utf8.h"

namespace benchgate::config {
namespace {

/// Ends the reading: thrown through yaml-cpp, caught in read_tree.
struct Stop {
    ConfigError error;
};

[[noreturn]] void stop(const YAML::Mark& mark, std::string message) {
    throw Stop{{mark.line + 1, mark.column + 1, std::move(message)}};
}

/// Builds the tree from yaml-cpp's events, so that a bound stops the parser itself instead of what it has already
/// built.
class Builder : public YAML::EventHandler {
  public:
    explicit Builder(Tree& tree) : tree_(tree) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (documents_++ > 0) stop(mark, "a second document; the file holds one");
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { leaf(mark, anchor, Node::Kind::null); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        count_anchor(mark);
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) stop(mark, "an alias of an unknown anchor");
        const auto open =
            std::find_if(open_.begin(), open_.end(), [&](const Open& o) { return o.node == found->second; });
        if (open != open_.end()) stop(mark, "a cycle: the alias lies inside of what it stands for");
        count_nodes(mark, found->second->weight);
        attach(mark, found->second);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        check_tag(mark, tag);
        auto* node = leaf(mark, anchor, Node::Kind::scalar, &value);
        node->plain = tag != "!";
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        enter(mark, tag, anchor, Node::Kind::list);
    }
    void OnSequenceEnd() override { leave(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        enter(mark, tag, anchor, Node::Kind::map);
    }
    void OnMapEnd() override { leave(); }

  private:
    struct Open {
        Node* node;
        YAML::Mark mark;
        const Node* key = nullptr;
        std::set<std::string_view> keys;
    };

    static void check_tag(const YAML::Mark& mark, const std::string& tag) {
        if (!tag.empty() && tag != "?" && tag != "!")
            stop(mark, fmt::format("the tag {} is not understood", quoted(tag)));
    }

    void count_anchor(const YAML::Mark& mark) {
        if (++anchor_count_ > max_anchors) stop(mark, fmt::format("more than {} anchors and aliases", max_anchors));
    }

    void count_nodes(const YAML::Mark& mark, std::size_t more) {
        nodes_ += more;
        if (nodes_ > max_nodes)
            stop(mark, fmt::format("more than {} values, with every alias counted in full", max_nodes));
    }

    Node* make(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Kind kind) {
        count_nodes(mark, 1);
        auto& node = tree_.nodes.emplace_back();
        node.kind = kind;
        node.line = mark.line + 1;
        node.column = mark.column + 1;
        if (anchor != 0) {
            count_anchor(mark);
            anchors_[anchor] = &node;
        }
        return &node;
    }

    Node* leaf(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Kind kind, const std::string* text = nullptr) {
        auto* node = make(mark, anchor, kind);
        if (text != nullptr) node->text = *text;
        attach(mark, node);
        return node;
    }

    void enter(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Kind kind) {
        check_tag(mark, tag);
        if (open_.size() >= static_cast<std::size_t>(max_depth))
            stop(mark, fmt::format("more than {} levels of nesting", max_depth));
        open_.push_back({make(mark, anchor, kind), mark, nullptr, {}});
    }

    void leave() {
        const auto closed = std::move(open_.back());
        open_.pop_back();
        attach(closed.mark, closed.node);
    }

    void attach(const YAML::Mark& mark, const Node* node) {
        if (open_.empty()) {
            tree_.root = node;
            return;
        }
        auto& parent = open_.back();
        parent.node->weight += node->weight;
        if (parent.node->kind == Node::Kind::list) {
            parent.node->items.push_back(node);
        } else if (parent.key == nullptr) {
            take_key(mark, parent, node);
        } else {
            parent.node->entries.emplace_back(parent.key, node);
            parent.key = nullptr;
        }
    }

    void take_key(const YAML::Mark& mark, Open& parent, const Node* node) {
        if (node->kind != Node::Kind::scalar) stop(mark, "a key that is not text");
        if (node->text == "<<") stop(mark, "merge keys (<<) are not understood; use an alias for the whole value");
        parent.key = node;
        if (!parent.keys.insert(node->text).second)
            tree_.errors.push_back(
                {mark.line + 1, mark.column + 1, fmt::format("duplicate key {}", quoted(node->text))});
        if (tree_.errors.size() > max_errors) throw Stop{tree_.errors.back()};
    }

    Tree& tree_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, const Node*> anchors_;
    std::size_t nodes_ = 0;
    int anchor_count_ = 0;
    int documents_ = 0;
};

/// What yaml-cpp would misread or crash on is refused before it sees the text.
std::optional<ConfigError> unreadable(std::string_view yaml) {
    if (yaml.size() > max_bytes) return ConfigError{1, 1, fmt::format("the file has more than {} bytes", max_bytes)};
    int line = 1;
    int column = 1;
    while (!yaml.empty()) {
        const auto length = model::character_length(yaml);
        const auto byte = static_cast<unsigned char>(yaml[0]);
        if (length == 0) return ConfigError{line, column, "not UTF-8"};
        if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F)
            return ConfigError{line, column, "a control character"};
        column = byte == '\n' ? 1 : column + static_cast<int>(length);
        line += byte == '\n' ? 1 : 0;
        yaml.remove_prefix(length);
    }
    return std::nullopt;
}

/// yaml-cpp's own words for a tab in the indentation lead people astray.
std::optional<ConfigError> tab_before(std::string_view yaml, int last_line) {
    for (int line = 1; line <= last_line && !yaml.empty(); ++line) {
        const auto end = yaml.find('\n');
        const auto first = yaml.substr(0, end).find_first_not_of(' ');
        if (first != std::string_view::npos && yaml[first] == '\t')
            return ConfigError{line, static_cast<int>(first) + 1, "a tab in the indentation; YAML wants blanks"};
        if (end == std::string_view::npos) break;
        yaml.remove_prefix(end + 1);
    }
    return std::nullopt;
}

}  // namespace

std::string shown(std::string_view text) {
    constexpr std::size_t most = 60;
    std::string result;
    for (std::size_t count = 0; !text.empty(); ++count) {
        if (count == most) return result + "...";
        const auto length = model::character_length(text);
        const auto byte = static_cast<unsigned char>(text[0]);
        const bool control = byte < 0x20 || byte == 0x7F || length == 0;
        result += control ? std::string_view("?") : text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return result;
}

std::string quoted(std::string_view text) {
    return "'" + shown(text) + "'";
}

Tree read_tree(std::string_view yaml) {
    Tree tree;
    if (const auto error = unreadable(yaml)) {
        tree.errors.push_back(*error);
        return tree;
    }
    try {
        // yaml-cpp takes the end of the text for the end of an open quote; a document's end it does not.
        std::istringstream stream{std::string(yaml) + "\n...\n"};
        YAML::Parser parser(stream);
        Builder builder(tree);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const Stop& stopped) {
        tree.root = nullptr;
        tree.errors.push_back(stopped.error);
    } catch (const YAML::Exception& failure) {
        tree.root = nullptr;
        const int lines = static_cast<int>(std::count(yaml.begin(), yaml.end(), '\n')) + 1;
        const int line = std::clamp(failure.mark.line + 1, 1, lines);
        const bool open_quote = failure.msg.find("document indicator") != std::string::npos;
        const ConfigError plain{line, std::max(failure.mark.column, 0) + 1,
                                "not valid YAML: " + (open_quote ? "a quote that is never closed" : failure.msg)};
        tree.errors.push_back(tab_before(yaml, line).value_or(plain));
    }
    return tree;
}

}  // namespace benchgate::config
