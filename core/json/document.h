#pragma once
// Large JSON documents from outside, read only: parsed once into a compact tape (about three times faster to read and
// four times smaller than json::Json), then looked at through views. Bounds on bytes and depth hold as in json.h (an
// empty list or object does not count as a level). Owns
// the tape; a View is only valid while its Document lives, wherever that has been moved to. Does not write JSON.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/json/json.h"

namespace benchgate::json {

/// One value of a document. A missing one is absent: it has no members, no entries, is of no type.
class View {
  public:
    /// What the parser calls a place on its tape.
    using Place = std::array<std::uint64_t, 2>;
    enum class Kind : std::uint8_t { absent, null, boolean, number, text, list, object };

    View() = default;
    View(Kind kind, Place place) : kind_(kind), place_(place) {}

    bool is_absent() const { return kind_ == Kind::absent; }
    bool is_array() const { return kind_ == Kind::list; }
    bool is_object() const { return kind_ == Kind::object; }
    bool is_number() const { return kind_ == Kind::number; }
    bool is_string() const { return kind_ == Kind::text; }
    bool is_boolean() const { return kind_ == Kind::boolean; }
    bool is_null() const { return kind_ == Kind::null; }

    double number() const;     ///< NaN when it is none
    std::string text() const;  ///< empty when it is none
    std::size_t size() const;  ///< entries of a list or an object, counted up to 16 million; else 0
    bool empty() const { return size() == 0; }
    /// The member of an object.
    View at(std::string_view key) const;
    bool contains(std::string_view key) const { return !at(key).is_absent(); }
    /// The first entry of a list or an object.
    View front() const;

    struct Entry;
    class Iterator;
    /// The entries of a list or an object, in their order; nothing for any other value.
    Iterator begin() const;
    Iterator end() const;

    Kind kind() const { return kind_; }
    Place place() const { return place_; }

  private:
    Kind kind_ = Kind::absent;
    Place place_{};
};

/// `key` is empty in a list; it lives as long as the document.
struct View::Entry {
    std::string_view key;
    View value;
};

class View::Iterator {
  public:
    Iterator(Kind kind, Place place) : kind_(kind), place_(place) {}
    Entry operator*() const;
    Iterator& operator++();
    bool operator==(const Iterator& other) const { return place_ == other.place_; }

  private:
    Kind kind_;
    Place place_;
};

/// Bytes with room behind them that the parser may read: what is given in this way is not copied for it, which is half
/// of the memory that a large document takes.
class Padded {
  public:
    static constexpr std::size_t room = 64;
    /// Takes no new memory where `bytes` has the room among its capacity already.
    explicit Padded(std::string bytes);
    std::string_view text() const { return std::string_view(held_).substr(0, size_); }

  private:
    std::size_t size_;
    std::string held_;
};

class Document {
  public:
    static tl::expected<Document, ParseError> parse(std::string_view bytes, const Limits& limits = {});
    static tl::expected<Document, ParseError> parse(const Padded& bytes, const Limits& limits = {});
    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    ~Document();
    View root() const { return root_; }

  private:
    struct Tape;
    enum class Room : std::uint8_t { none, behind };
    static tl::expected<Document, ParseError> parse(std::string_view bytes, const Limits& limits, Room room);
    explicit Document(std::unique_ptr<Tape> tape);
    std::unique_ptr<Tape> tape_;
    View root_;
};

/// What is wrong with a text, found without building anything; nothing if it is one JSON document within the bounds.
std::optional<ParseError> place_of_error(std::string_view bytes, const Limits& limits = {});

/// The readers of json.h, for views.
View at(const View& object, std::string_view key);
std::optional<std::string> text(const View& object, std::string_view key);
std::optional<std::int64_t> integer(const View& object, std::string_view key);
std::optional<double> number(const View& object, std::string_view key);
std::optional<bool> boolean(const View& object, std::string_view key);
/// A list of nothing but numbers, empty or not; else none.
std::optional<std::vector<double>> numbers(const View& list);
std::string dump(const View& value);

}  // namespace benchgate::json
