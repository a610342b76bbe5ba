#pragma once
// Globs of paths and benchmark names: `*` (not '/'), `**` (anything), `?` (one character, not '/'), a leading `!` takes
// back. Owns matching only; validity of a pattern is never an error: every text is a pattern.

#include <string>
#include <string_view>
#include <vector>

namespace benchgate::model {

/// Whether one pattern (no `!`) matches the whole text. `**/` also matches nothing, so "**/x" matches "x".
/// Time: at most pattern x text steps, never exponential.
bool glob_matches(std::string_view pattern, std::string_view text);

/// Whether `other` names a counterpart for what `pattern` matches: it has no wildcard, or both have one and the same,
/// `*` or `**`, once.
bool fits_one_wildcard(std::string_view pattern, std::string_view other);

/// The counterpart of `text`, which `pattern` matches: `other` with its wildcard replaced by what that of `pattern`
/// stands for ("new/*", "new/sort", "old/*": "old/sort"). Call it where fits_one_wildcard.
std::string counterpart(std::string_view pattern, std::string_view text, std::string_view other);

/// As .gitignore reads a list: the last pattern that matches decides, `!` takes back. An empty list matches all; a list
/// of `!` patterns only starts from "all".
bool globs_match(const std::vector<std::string>& patterns, std::string_view text);

/// Whether any of the texts is matched. An empty list of patterns matches even when there are no texts.
bool any_matches(const std::vector<std::string>& patterns, const std::vector<std::string>& texts);

}  // namespace benchgate::model
