#include "core/model/globs.h"

#include <algorithm>

namespace benchgate::model {
namespace {

enum class Kind { literal, one, star, anything, folders };  // folders: "**/", any number of whole folders

struct Token {
    Kind kind = Kind::literal;
    char value = 0;
};

std::vector<Token> tokens_of(std::string_view pattern) {
    std::vector<Token> tokens;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool at_folder = i == 0 || pattern[i - 1] == '/';
        if (pattern.substr(i, 3) == "**/" && at_folder) {
            tokens.push_back({Kind::folders});
            i += 2;
        } else if (pattern.substr(i, 2) == "**") {
            tokens.push_back({Kind::anything});
            ++i;
        } else if (pattern[i] == '*') {
            tokens.push_back({Kind::star});
        } else if (pattern[i] == '?') {
            tokens.push_back({Kind::one});
        } else {
            tokens.push_back({Kind::literal, pattern[i]});
        }
    }
    return tokens;
}

/// All places in the pattern that the text read so far can have led to: no backtracking, hence the bound on time.
class Places {
  public:
    explicit Places(const std::vector<Token>& tokens) : tokens_(tokens), now_(tokens.size() + 1), next_(now_) {
        add(now_, 0);
    }

    void read(char c) {
        std::fill(next_.begin(), next_.end(), false);
        const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;  // the rest of a UTF-8 character
        for (std::size_t i = 0; i < now_.size(); ++i) {
            if (!now_[i]) continue;
            if (continues && i > 0 && tokens_[i - 1].kind == Kind::one) add(next_, i);
            if (i < tokens_.size()) step(i, c);
        }
        now_.swap(next_);
    }

    bool complete() const { return now_.back(); }

  private:
    void step(std::size_t i, char c) {
        switch (tokens_[i].kind) {
            case Kind::literal:
                if (tokens_[i].value == c) add(next_, i + 1);
                break;
            case Kind::one:
                if (c != '/') add(next_, i + 1);
                break;
            case Kind::star:
                if (c != '/') add(next_, i);
                break;
            case Kind::anything:
                add(next_, i);
                break;
            case Kind::folders:
                next_[i] = true;  // not its exit: only a '/' ends a folder
                if (c == '/') add(next_, i + 1);
                break;
        }
    }

    void add(std::vector<bool>& places, std::size_t i) {
        for (; !places[i]; ++i) {
            places[i] = true;
            if (i == tokens_.size()) return;
            const Kind kind = tokens_[i].kind;
            if (kind != Kind::star && kind != Kind::anything && kind != Kind::folders) return;
        }
    }

    const std::vector<Token>& tokens_;
    std::vector<bool> now_;
    std::vector<bool> next_;
};

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) {
    const auto tokens = tokens_of(pattern);
    Places places(tokens);
    for (const char c : text) places.read(c);
    return places.complete();
}

bool fits_one_wildcard(std::string_view pattern, std::string_view other) {
    const auto run_of = [](std::string_view text) {
        const auto first = text.find('*');
        if (first == std::string_view::npos) return std::string_view();
        const auto rest = text.substr(first);
        return rest.substr(0, std::min(rest.find_first_not_of('*'), rest.size()));
    };
    const auto stars = [](std::string_view text) { return std::count(text.begin(), text.end(), '*'); };
    if (other.find('?') != std::string_view::npos) return false;
    if (stars(other) == 0) return true;
    const auto run = run_of(pattern);
    return run == run_of(other) && std::ssize(run) == stars(pattern) && std::ssize(run) == stars(other) &&
           pattern.find('?') == std::string_view::npos;
}

std::string counterpart(std::string_view pattern, std::string_view text, std::string_view other) {
    const auto at = other.find('*');
    if (at == std::string_view::npos) return std::string(other);
    const auto front = pattern.find('*');
    const auto back = pattern.size() - pattern.rfind('*') - 1;
    // "**/x" matches "x" as well: then the wildcard stands for nothing, and the slash behind it is not in the text.
    if (front + back > text.size()) return std::string(other.substr(0, at)) + std::string(text.substr(front));
    return std::string(other.substr(0, at)) + std::string(text.substr(front, text.size() - front - back)) +
           std::string(other.substr(other.rfind('*') + 1));
}

bool globs_match(const std::vector<std::string>& patterns, std::string_view text) {
    if (patterns.empty()) return true;
    const auto negative = [](const std::string& pattern) { return pattern.starts_with('!'); };
    bool matched = std::all_of(patterns.begin(), patterns.end(), negative);
    for (const std::string_view pattern : patterns) {
        const bool take = !pattern.starts_with('!');
        if (take != matched && glob_matches(take ? pattern : pattern.substr(1), text)) matched = take;
    }
    return matched;
}

bool any_matches(const std::vector<std::string>& patterns, const std::vector<std::string>& texts) {
    if (patterns.empty()) return true;
    return std::any_of(texts.begin(), texts.end(),
                       [&](const std::string& text) { return globs_match(patterns, text); });
}

}  // namespace benchgate::model
