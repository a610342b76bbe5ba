#include "text/symbol_table.h"

#include <unordered_map>
#include <vector>

namespace text {

struct SymbolTable::State {
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    std::vector<std::string> names;
    std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers;
};

SymbolTable::SymbolTable() : state_(std::make_unique<State>()) {}
SymbolTable::~SymbolTable() = default;

const std::string& SymbolTable::name_of(std::uint32_t number) const {
    return state_->names[number];
}
std::size_t SymbolTable::size() const {
    return state_->names.size();
}

std::uint32_t SymbolTable::intern(std::string_view name) {
    auto& [names, numbers] = *state_;
    if (const auto found = numbers.find(name); found != numbers.end()) return found->second;
    const auto number = static_cast<std::uint32_t>(names.size());
    names.emplace_back(name);
    numbers.emplace(name, number);
    return number;
}

}  // namespace text
