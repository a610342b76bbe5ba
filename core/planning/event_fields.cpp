#include "core/planning/event_fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/planning/ascii.h"

namespace benchgate::planning {
namespace {

constexpr std::size_t longest_address = 2048;
constexpr std::size_t longest_body = 4 * 65536;  // GitHub bounds characters; one has at most four bytes
constexpr std::size_t longest_label = 255;
constexpr std::string_view branches = "refs/heads/";

bool is_clone_address(std::string_view text) {
    if (text.size() > longest_address) return false;
    if (!text.starts_with("https://") && !text.starts_with("http://")) return false;
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

bool is_login(std::string_view text) {
    return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter(c) || is_digit(c) || std::string_view("-_.[]").find(c) != std::string_view::npos;
    });
}

bool is_full_name(std::string_view text) {
    const auto slash = text.find('/');
    return slash != std::string_view::npos && is_repository_word(text.substr(0, slash)) &&
           is_repository_word(text.substr(slash + 1));
}

bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= 100 &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_body(std::string_view text) {
    return text.size() <= longest_body;
}

bool is_label(std::string_view text) {
    return text.size() <= longest_label &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7F; });
}

bool is_sha(std::string_view text) {
    return text.size() == 40 && std::all_of(text.begin(), text.end(), [](char c) {
               return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

bool is_moment(std::string_view text) {
    constexpr std::string_view form = "dddd-dd-ddTdd:dd:ddZ";
    return std::equal(text.begin(), text.end(), form.begin(), form.end(),
                      [](char c, char wanted) { return wanted == 'd' ? is_digit(c) : c == wanted; });
}

bool is_ref_name(std::string_view text) {
    if (text.empty() || text.size() > 255 || text == "@") return false;
    if (text.front() == '-' || text.front() == '/' || text.back() == '/' || text.back() == '.') return false;
    for (const unsigned char c : text)
        if (c <= 0x20 || c == 0x7F || std::string_view("~^:?*[\\").find(static_cast<char>(c)) != std::string_view::npos)
            return false;
    for (const std::string_view bad : {"..", "//", "@{", "/.", ".lock/"})
        if (text.find(bad) != std::string_view::npos) return false;
    return text.front() != '.' && !text.ends_with(".lock");
}

bool is_repository_word(std::string_view text) {
    if (text.empty() || text.size() > 100 || text == "." || text == "..") return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; });
}

const json::Json* Fields::find(std::string_view path) const {
    const json::Json* place = &object_;
    while (!path.empty()) {
        const auto dot = path.find('.');
        if (!place->is_object()) return nullptr;
        const auto found = place->find(path.substr(0, dot));
        if (found == place->end() || found->is_null()) return nullptr;
        place = &*found;
        path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    }
    return place;
}

std::optional<std::string> Fields::maybe_text(std::string_view path, Check valid, std::string_view wanted) {
    const auto* field = find(path);
    if (field == nullptr) return std::nullopt;
    if (!field->is_string()) return complain(path, "not a text"), std::nullopt;
    const auto& text = field->get_ref<const std::string&>();
    if (!valid(text)) return complain(path, wanted), std::nullopt;
    return text;
}

std::string Fields::text(std::string_view path, Check valid, std::string_view wanted) {
    auto found = maybe_text(path, valid, wanted);
    if (!found) complain(path, "missing");
    return std::move(found).value_or("");
}

std::string Fields::branch(std::string_view path) {
    auto name = ref(path);
    return name.starts_with(branches) ? name.substr(branches.size()) : name;
}

std::string Fields::action() {
    return text("action", is_word, "not an action");
}

std::string Fields::login(std::string_view path) {
    return text(path, is_login, "not a login");
}

std::string Fields::maybe_login(std::string_view path) {
    return maybe_text(path, is_login, "not a login").value_or("");
}

std::optional<std::int64_t> Fields::maybe_id(std::string_view path) {
    const auto* field = find(path);
    if (field == nullptr) return std::nullopt;
    const bool fits =
        field->is_number_unsigned() ? field->get<std::uint64_t>() <= INT64_MAX : field->is_number_integer();
    if (!fits || field->get<std::int64_t>() <= 0) return complain(path, "not a positive number"), std::nullopt;
    return field->get<std::int64_t>();
}

std::int64_t Fields::id(std::string_view path) {
    const auto found = maybe_id(path);
    if (!found) complain(path, "missing");
    return found.value_or(0);
}

bool Fields::flag(std::string_view path) {
    const auto* field = find(path);
    if (field == nullptr) return false;
    if (!field->is_boolean()) return complain(path, "neither true nor false"), false;
    return field->get<bool>();
}

EventSource Fields::source() {
    EventSource source;
    auto& repository = source.repository;
    repository.id = id("repository.id");
    repository.name = text("repository.name", is_repository_word, "not a repository's name");
    // Older push payloads name the owner only by "name".
    const bool by_name = find("repository.owner.login") == nullptr && find("repository.owner.name") != nullptr;
    repository.owner =
        text(by_name ? "repository.owner.name" : "repository.owner.login", is_repository_word, "not an owner's name");
    repository.default_branch = maybe_text("repository.default_branch", is_ref_name, "not a ref's name").value_or("");
    repository.is_private = flag("repository.private");
    repository.clone_url = maybe_text("repository.clone_url", is_clone_address, "not an http address").value_or("");
    source.installation_id = maybe_id("installation.id");
    source.sender = maybe_login("sender.login");
    return source;
}

bool Fields::is_bot(std::string_view path) {
    return maybe_text(path, is_word, "not a type of account") == "Bot";
}

void Fields::complain(std::string_view path, std::string_view problem) {
    if (!error_) error_ = EventError{fmt::format("{}{}: {}", prefix_, path, problem)};
}

EventResult Fields::finished(Event event) const {
    if (error_) return tl::unexpected(*error_);
    return event;
}

}  // namespace benchgate::planning
