// Owns randomness that must not be guessed: identifiers and tokens, taken from the operating system. Does not own the
// randomness of measurements: their order follows from a recorded seed (runners/measure).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace benchgate::platform {

/// "f47ac10b-58cc-4372-a567-0e02b2c3d479": version 4, variant 1.
std::string random_uuid();

/// prefix + 43 characters of A-Z a-z 0-9 - _ (256 bits).
std::string random_token(std::string_view prefix);

/// A seed for a recorded random order: 53 bits, which every JSON reader keeps exactly.
std::uint64_t random_seed();

/// 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text);

}
