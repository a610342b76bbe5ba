#pragma once
// Gives every distinct name a small number, the same one each time it is asked.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace text {

class SymbolTable {
  public:
    SymbolTable();
    ~SymbolTable();

    std::uint32_t intern(std::string_view name);
    const std::string& name_of(std::uint32_t number) const;
    std::size_t size() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace text
