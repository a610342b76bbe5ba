#include "text/symbol_table.h"

#include <algorithm>
#include <vector>

namespace text {

struct SymbolTable::State {
    std::vector<std::string> names;
};

SymbolTable::SymbolTable() : state_(std::make_unique<State>()) {}
SymbolTable::~SymbolTable() = default;

const std::string& SymbolTable::name_of(std::uint32_t number) const {
    return state_->names[number];
}
std::size_t SymbolTable::size() const {
    return state_->names.size();
}

// A document has few names, and a short vector needs no second copy of them.
std::uint32_t SymbolTable::intern(std::string_view name) {
    auto& names = state_->names;
    const auto found = std::find(names.begin(), names.end(), name);
    const auto number = static_cast<std::uint32_t>(found - names.begin());
    if (found == names.end()) names.emplace_back(name);
    return number;
}

}  // namespace text
