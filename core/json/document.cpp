#include "core/json/document.h"

#include <simdjson.h>

#include <bit>
#include <cmath>
#include <limits>

namespace benchgate::json {
namespace {

namespace dom = simdjson::dom;
using ListIterator = dom::array::iterator;
using ObjectIterator = dom::object::iterator;
static_assert(sizeof(dom::element) == sizeof(View::Place) && sizeof(ListIterator) == sizeof(View::Place) &&
              sizeof(ObjectIterator) == sizeof(View::Place));

dom::element element_at(View::Place place) {
    return std::bit_cast<dom::element>(place);
}

View::Kind kind_of(dom::element element) {
    switch (element.type()) {
        case dom::element_type::ARRAY:
            return View::Kind::list;
        case dom::element_type::OBJECT:
            return View::Kind::object;
        case dom::element_type::STRING:
            return View::Kind::text;
        case dom::element_type::BOOL:
            return View::Kind::boolean;
        case dom::element_type::NULL_VALUE:
            return View::Kind::null;
        default:
            return View::Kind::number;
    }
}

View view_of(dom::element element) {
    return {kind_of(element), std::bit_cast<View::Place>(element)};
}

}  // namespace

struct Document::Tape {
    dom::parser parser;
    dom::document document;
};

Document::Document(std::unique_ptr<Tape> tape) : tape_(std::move(tape)), root_(view_of(tape_->document.root())) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;
Document::~Document() = default;

Padded::Padded(std::string bytes) : size_(bytes.size()), held_(std::move(bytes)) {
    static_assert(room >= simdjson::SIMDJSON_PADDING);
    held_.append(room, ' ');
}

tl::expected<Document, ParseError> Document::parse(std::string_view bytes, const Limits& limits) {
    return parse(bytes, limits, Room::none);
}

tl::expected<Document, ParseError> Document::parse(const Padded& bytes, const Limits& limits) {
    return parse(bytes.text(), limits, Room::behind);
}

tl::expected<Document, ParseError> Document::parse(std::string_view bytes, const Limits& limits, Room room) {
    constexpr std::size_t least_capacity = 64;
    if (bytes.data() == nullptr) bytes = "";  // the parser copies from it, however little
    auto tape = std::make_unique<Tape>();
    auto failure = bytes.size() > limits.bytes ? simdjson::CAPACITY
                                               : tape->parser.allocate(std::max(bytes.size(), least_capacity),
                                                                       static_cast<std::size_t>(limits.depth) + 1);
    if (failure == simdjson::SUCCESS)
        failure =
            tape->parser.parse_into_document(tape->document, bytes.data(), bytes.size(), room == Room::none).error();
    // What the parser worked with is as large as the tape, and done with.
    tape->parser = dom::parser();
    if (failure == simdjson::SUCCESS) return Document(std::move(tape));
    // The place and the words come from the other reader, which is slower and knows both.
    const auto told = place_of_error(bytes, limits);
    return tl::unexpected(told ? *told : ParseError{"a number is out of range", 0});
}

double View::number() const {
    double value = std::numeric_limits<double>::quiet_NaN();
    if (is_number() && element_at(place_).get(value) != simdjson::SUCCESS)
        return std::numeric_limits<double>::quiet_NaN();
    return value;
}

std::string View::text() const {
    std::string_view value;
    if (is_string() && element_at(place_).get(value) == simdjson::SUCCESS) return std::string(value);
    return "";
}

std::size_t View::size() const {
    if (is_array()) return dom::array(element_at(place_)).size();
    return is_object() ? dom::object(element_at(place_)).size() : 0;
}

View View::at(std::string_view key) const {
    dom::element found;
    if (!is_object() || element_at(place_).at_key(key).get(found) != simdjson::SUCCESS) return {};
    return view_of(found);
}

View View::front() const {
    const auto first = begin();
    return first == end() ? View() : (*first).value;
}

View::Iterator View::begin() const {
    if (is_array()) return {kind_, std::bit_cast<Place>(dom::array(element_at(place_)).begin())};
    if (is_object()) return {kind_, std::bit_cast<Place>(dom::object(element_at(place_)).begin())};
    return {Kind::absent, {}};
}

View::Iterator View::end() const {
    if (is_array()) return {kind_, std::bit_cast<Place>(dom::array(element_at(place_)).end())};
    if (is_object()) return {kind_, std::bit_cast<Place>(dom::object(element_at(place_)).end())};
    return {Kind::absent, {}};
}

View::Entry View::Iterator::operator*() const {
    if (kind_ == Kind::list) return {{}, view_of(*std::bit_cast<ListIterator>(place_))};
    const auto field = *std::bit_cast<ObjectIterator>(place_);
    return {field.key, view_of(field.value)};
}

View::Iterator& View::Iterator::operator++() {
    if (kind_ == Kind::list) {
        place_ = std::bit_cast<Place>(++std::bit_cast<ListIterator>(place_));
    } else {
        place_ = std::bit_cast<Place>(++std::bit_cast<ObjectIterator>(place_));
    }
    return *this;
}

View at(const View& object, std::string_view key) {
    return object.at(key);
}

std::optional<std::string> text(const View& object, std::string_view key) {
    const auto value = object.at(key);
    if (!value.is_string()) return std::nullopt;
    return value.text();
}

std::optional<std::int64_t> integer(const View& object, std::string_view key) {
    const auto value = object.at(key);
    std::int64_t whole = 0;
    if (!value.is_number() || !element_at(value.place()).is<std::int64_t>()) return std::nullopt;
    if (element_at(value.place()).get(whole) != simdjson::SUCCESS) return std::nullopt;
    return whole;
}

std::optional<double> number(const View& object, std::string_view key) {
    const auto value = object.at(key);
    if (!value.is_number()) return std::nullopt;
    return value.number();
}

std::optional<bool> boolean(const View& object, std::string_view key) {
    const auto value = object.at(key);
    bool answer = false;
    if (!value.is_boolean() || element_at(value.place()).get(answer) != simdjson::SUCCESS) return std::nullopt;
    return answer;
}

std::optional<std::vector<double>> numbers(const View& list) {
    if (!list.is_array()) return std::nullopt;
    std::vector<double> values;
    values.reserve(list.size());
    for (const auto element : dom::array(element_at(list.place()))) {
        double value = 0;
        if (element.get(value) != simdjson::SUCCESS) return std::nullopt;
        values.push_back(value);
    }
    return values;
}

std::string dump(const View& value) {
    return value.is_absent() ? "" : simdjson::minify(element_at(value.place()));
}

}  // namespace benchgate::json
