#pragma once
// Reading one message field by field: the first field that is missing or of the wrong type is remembered by name,
// and later reads give defaults. Private to this room.

#include <chrono>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "core/protocol/messages.h"

namespace benchgate::protocol {

class Fields {
  public:
    explicit Fields(const json::Json& object);

    std::string text(const char* key);
    std::string text_or(const char* key, std::string fallback);
    std::int64_t integer(const char* key);
    /// A whole number within bounds, so that it fits whatever it is put into. whole_or: an absent one is the fallback,
    /// a wrong one still fails.
    int whole(const char* key, int low, int high);
    int whole_or(const char* key, int fallback, int low, int high);
    std::chrono::milliseconds duration_ms(const char* key);
    double number(const char* key);
    std::optional<double> optional_number(const char* key);
    std::optional<std::int64_t> optional_integer(const char* key);
    std::optional<std::string> optional_text(const char* key);
    bool boolean_or(const char* key, bool fallback);
    std::vector<std::string> texts(const char* key, std::size_t most = 10'000);
    /// An object or array field; the empty object if absent.
    const json::Json& object(const char* key);
    const json::Json& array(const char* key);

    void fail(const std::string& message);
    /// Takes a nested result's value, or fails with "key: its message".
    template <class T>
    T take(const char* key, Read<T>&& nested) {
        if (nested) return std::move(*nested);
        fail(std::string(key) + ": " + nested.error().message);
        return T{};
    }
    /// Reads a word of an enum by `from` (text -> optional<E>).
    template <class E, class From>
    E word(const char* key, E fallback, From from) {
        const auto value = text(key);
        if (auto known = from(value)) return *known;
        fail(std::string(key) + ": unknown word");
        return fallback;
    }

    template <class T>
    Read<T> done(T&& value) {
        if (!error_.empty()) return tl::unexpected(MessageError{error_});
        return std::forward<T>(value);
    }

  private:
    const json::Json& object_;
    std::string error_;
};

}  // namespace benchgate::protocol
