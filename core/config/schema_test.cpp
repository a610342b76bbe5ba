// The JSON Schema beside the parser must say the same: equal keys, and one judgement on every example.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <regex>
#include <sstream>

#include "core/config/examples.h"
#include "core/config/keys.h"
#include "core/config/yaml_tree.h"
#include "core/json/json.h"

namespace benchgate::config {
namespace {

using json::Json;

Json schema() {
    std::ifstream file("core/config/benchgate.schema.json");
    std::stringstream bytes;
    bytes << file.rdbuf();
    return json::parse(bytes.str()).value();
}

/// YAML as an editor's schema checker sees it: plain numbers and booleans are typed.
Json json_of(const Node& node) {
    if (node.kind == Node::Kind::null) return nullptr;
    if (node.kind == Node::Kind::list) {
        auto list = Json::array();
        for (const auto* item : node.items) list.push_back(json_of(*item));
        return list;
    }
    if (node.kind == Node::Kind::map) {
        auto map = Json::object();
        for (const auto& [key, value] : node.entries) map[key->text] = json_of(*value);
        return map;
    }
    if (node.plain && (node.text == "true" || node.text == "false")) return node.text == "true";
    const auto number = node.plain ? json::parse(node.text) : json::parse("");
    return number && number->is_number() ? *number : Json(node.text);
}

bool has_type(const Json& value, const std::string& type) {
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_boolean();
    if (type == "null") return value.is_null();
    if (type == "array") return value.is_array();
    return type == "object" ? value.is_object() : type == "string" && value.is_string();
}

/// The part of JSON Schema that ours uses; a keyword beyond it fails the test.
class Checker {
  public:
    explicit Checker(const Json& root) : root_(root) {}

    bool valid(const Json& rule, const Json& value) const {
        for (const auto& [keyword, wanted] : rule.items())
            if (!holds(rule, keyword, wanted, value)) return false;
        return true;
    }

  private:
    bool any(const Json& rules, const Json& value) const {
        return std::any_of(rules.begin(), rules.end(), [&](const Json& rule) { return valid(rule, value); });
    }

    bool members(const Json& rule, const Json& value) const {
        const auto& known = json::at(rule, "properties");
        const auto extra = rule.find("additionalProperties");
        for (const auto& [key, member] : value.items()) {
            if (known.contains(key)) {
                if (!valid(known.at(key), member)) return false;
            } else if (extra != rule.end() && (extra->is_boolean() ? !extra->get<bool>() : !valid(*extra, member))) {
                return false;
            }
        }
        return true;
    }

    bool holds(const Json& rule, const std::string& keyword, const Json& wanted, const Json& value) const {
        if (keyword == "$ref") return valid(root_.at(Json::json_pointer(wanted.get<std::string>().substr(1))), value);
        if (keyword == "anyOf") return any(wanted, value);
        if (keyword == "oneOf")
            return std::count_if(wanted.begin(), wanted.end(), [&](const Json& one) { return valid(one, value); }) == 1;
        if (keyword == "enum") return std::find(wanted.begin(), wanted.end(), value) != wanted.end();
        if (keyword == "type" && wanted.is_string()) return has_type(value, wanted.get<std::string>());
        if (keyword == "type")
            return std::any_of(wanted.begin(), wanted.end(),
                               [&](const Json& t) { return has_type(value, t.get<std::string>()); });
        if (keyword == "pattern")
            return !value.is_string() ||
                   std::regex_search(value.get<std::string>(), std::regex(wanted.get<std::string>()));
        if (keyword == "minLength")
            return !value.is_string() || value.get<std::string>().size() >= wanted.get<std::size_t>();
        if (keyword == "minimum") return !value.is_number() || value >= wanted;
        if (keyword == "maximum") return !value.is_number() || value <= wanted;
        if (keyword == "minItems" || keyword == "minProperties")
            return !value.is_structured() || value.size() >= wanted.get<std::size_t>();
        if (keyword == "maxItems") return !value.is_array() || value.size() <= wanted.get<std::size_t>();
        if (keyword == "maxProperties") return value.size() <= wanted.get<std::size_t>();
        if (keyword == "required")
            return std::all_of(wanted.begin(), wanted.end(),
                               [&](const Json& key) { return value.contains(key.get<std::string>()); });
        if (keyword == "properties" || keyword == "additionalProperties")
            return !value.is_object() || members(rule, value);
        if (keyword == "items")
            return !value.is_array() ||
                   std::all_of(value.begin(), value.end(), [&](const Json& item) { return valid(wanted, item); });
        EXPECT_TRUE(keyword == "$schema" || keyword == "title" || keyword == "$defs") << keyword << " is not checked";
        return true;
    }

    const Json& root_;
};

TEST(Schema, HasTheKeysOfTheParser) {
    const auto root = schema();
    for (const auto& [section, keys] : sections()) {
        SCOPED_TRACE(section);
        const auto& definition = json::at(json::at(root, "$defs"), section);
        std::vector<std::string> in_schema;
        for (const auto& [key, rule] : json::at(definition, "properties").items()) in_schema.push_back(key);
        std::vector<std::string> in_parser(keys.begin(), keys.end());
        std::sort(in_parser.begin(), in_parser.end());
        EXPECT_EQ(in_schema, in_parser);
        EXPECT_EQ(definition.value("additionalProperties", true), false);
    }
}

TEST(Schema, JudgesExamplesAsTheParserDoes) {
    const auto root = schema();
    const Checker checker(root);
    const std::vector<std::string> good{
        std::string(smallest_example),
        std::string(full_example),
        "suites: {a: {run: x, on: {push: , pull_request: true}}}\n",
        "suites: {a: {run: x}}\nforks: contributors\nmerge_group_timeout: 5m\n",
        "suites: {a: {run: x}}\nreport: status\n",
        "suites: {a: {run: x, build: make, link_orders: 4}}\n",
        "suites: {a: {run: x}}\npolicy: {levels: minor-major-critical, benchmarks: {\"a/*\": {detect: 1%, metrics: {m: "
        "{levels: notice-warning-critical}}}}}\nbudgets: [{benchmark: a, metric: b, max: 1, levels: "
        "green-yellow-red}]\n",
        "suites: {a: {run: x, component: {\"a/*\": b}, build: make, environment: {A: b}}}\n"};
    const std::vector<std::string> bad{"version: 1\n",
                                       "suites: {}\n",
                                       "suites: {a: {}}\n",
                                       "suites: {a: {run: x, trails: 1}}\n",
                                       "suites: {a: {run: x, format: gogle}}\n",
                                       "suites: {a: {run: x, trials: {max: 7}}}\n",
                                       "suites: {a: {run: x, link_orders: 3}}\n",
                                       "suites: {a: {run: x, timeout: {job: 5}}}\n",
                                       "suites: {a: {run: x}}\nversion: 2\n",
                                       "suites: {a: {run: x}}\nforks: sometimes\n",
                                       "suites: {a: {run: x}}\nreport: mail\n",
                                       "suites: {a: {run: x}}\nmerge_group_timeout: 10\n",
                                       "suites: {a: {run: x}}\npolicy: {detect: 5}\n",
                                       "suites: {a: {run: x}}\npolicy: {levels: []}\n",
                                       "suites: {a: {run: x}}\npolicy: {levels: green-yellow-red}\n",
                                       "suites: {a: {run: x}}\npolicy: {benchmarks: {a: {run: x}}}\n",
                                       "suites: {a: {run: x}}\nbudgets: [{benchmark: a, metric: b}]\n",
                                       "suites: {a: {run: x}}\nretention: {raw: soon}\n",
                                       "suites: {a: {run: x}}\nalerts: [{on: noon, to: [slack]}]\n"};
    for (const auto& yaml : good) {
        EXPECT_TRUE(parse(yaml)) << yaml;
        EXPECT_TRUE(checker.valid(root, json_of(*read_tree(yaml).root))) << yaml;
    }
    for (const auto& yaml : bad) {
        EXPECT_FALSE(parse(yaml)) << yaml;
        const auto tree = read_tree(yaml);
        EXPECT_FALSE(checker.valid(root, json_of(*tree.root))) << yaml;
    }
}

}  // namespace
}  // namespace benchgate::config
