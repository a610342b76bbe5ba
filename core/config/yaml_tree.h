#pragma once
// YAML text -> a tree of nodes with places, under bounds that hold while the text is parsed: bytes, depth, anchors,
// nodes with every alias counted in full, cycles, duplicate keys. The only user of yaml-cpp; knows no key.

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/config.h"

namespace benchgate::config {

struct Node {
    enum class Kind { null, scalar, list, map };
    Kind kind = Kind::null;
    std::string text;   ///< of a scalar
    bool plain = true;  ///< a scalar without quotes: only such a one is a number or a boolean
    int line = 1;       ///< 1-based
    int column = 1;
    std::vector<const Node*> items;
    std::vector<std::pair<const Node*, const Node*>> entries;  ///< key (always a scalar) and value, in the file's order
    std::size_t weight = 1;  ///< nodes below and with this one, aliases counted in full
};

struct Tree {
    std::deque<Node> nodes;      ///< owns them all; aliases share
    const Node* root = nullptr;  ///< absent after an error that ended the reading
    std::vector<ConfigError> errors;
};

Tree read_tree(std::string_view yaml);

/// At most 60 characters of a text for a message, without control characters; quoted() puts them between quotes.
std::string shown(std::string_view text);
std::string quoted(std::string_view text);

}  // namespace benchgate::config
