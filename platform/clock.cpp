#include "platform/clock.h"

#include <charconv>

#include <fmt/format.h>

namespace benchgate::platform {

using std::chrono::system_clock;

FakeClock::FakeClock(system_clock::time_point start) : wall_(start) {}

system_clock::time_point FakeClock::now() const {
    std::lock_guard lock(mutex_);
    return wall_;
}

std::chrono::steady_clock::time_point FakeClock::steady() const {
    std::lock_guard lock(mutex_);
    return steady_;
}

void FakeClock::advance(std::chrono::nanoseconds by) {
    std::lock_guard lock(mutex_);
    wall_ += std::chrono::duration_cast<system_clock::duration>(by);
    steady_ += std::chrono::duration_cast<std::chrono::steady_clock::duration>(by);
}

void FakeClock::set_wall(system_clock::time_point to) {
    std::lock_guard lock(mutex_);
    wall_ = to;
}

std::string format_utc(system_clock::time_point moment, int fractional_digits) {
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::nanoseconds>(moment - day));
    std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                   time.hours().count(), time.minutes().count(), time.seconds().count());
    if (fractional_digits > 0 && fractional_digits <= 9)
        text += "." + fmt::format("{:09}", time.subseconds().count()).substr(0, fractional_digits);
    return text + "Z";
}

namespace {

/// Reads fixed fields off the front of a text; once something did not fit, everything after fails too.
class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        if (text_.size() < count) return fail();
        for (char c : text_.substr(0, count)) {
            if (c < '0' || c > '9') return fail();
            value = value * 10 + (c - '0');
        }
        text_.remove_prefix(count);
        return value;
    }

    bool one_of(std::string_view allowed) {
        if (text_.empty() || allowed.find(text_.front()) == std::string_view::npos) return false;
        text_.remove_prefix(1);
        return true;
    }

    void expect(std::string_view allowed) {
        if (!one_of(allowed)) fail();
    }

    /// ".125" -> 125,000,000; nothing there -> 0.
    std::chrono::nanoseconds fraction() {
        if (!one_of(".,")) return {};
        std::int64_t value = 0;
        int count = 0;
        while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9' && count < 9) {
            value = value * 10 + (text_.front() - '0');
            text_.remove_prefix(1);
            ++count;
        }
        if (count == 0) fail();
        for (; count < 9; ++count) value *= 10;
        return std::chrono::nanoseconds(value);
    }

    bool done() const { return ok_ && text_.empty(); }

    int fail() {
        ok_ = false;
        text_ = {};
        return 0;
    }

  private:
    std::string_view text_;
    bool ok_ = true;
};

/// The offset from UTC at the end of a moment: "Z", "+02:00".
std::chrono::minutes read_offset(Reader& reader) {
    if (reader.one_of("Zz")) return {};
    const bool minus = reader.one_of("-");
    if (!minus) reader.expect("+");
    const int hours = reader.digits(2);
    reader.expect(":");
    const int minutes = reader.digits(2);
    if (hours > 23 || minutes > 59) reader.fail();
    const std::chrono::minutes offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    return minus ? -offset : offset;
}

}

std::optional<system_clock::time_point> parse_utc(std::string_view text) {
    Reader reader(text);
    const std::chrono::year year(reader.digits(4));
    reader.expect("-");
    const std::chrono::month month(static_cast<unsigned>(reader.digits(2)));
    reader.expect("-");
    const std::chrono::day day(static_cast<unsigned>(reader.digits(2)));
    reader.expect("Tt ");
    const std::chrono::hours hours(reader.digits(2));
    reader.expect(":");
    const std::chrono::minutes minutes(reader.digits(2));
    reader.expect(":");
    const std::chrono::seconds seconds(reader.digits(2));
    const auto fraction = reader.fraction();
    const auto offset = read_offset(reader);

    const std::chrono::year_month_day date(year, month, day);
    if (!reader.done() || !date.ok()) return std::nullopt;
    if (hours.count() > 23 || minutes.count() > 59 || seconds.count() > 59) return std::nullopt;
    // The system clock counts nanoseconds from 1970 in 64 bits: years beyond these would overflow.
    if (year < std::chrono::year{1700} || year > std::chrono::year{2200}) return std::nullopt;
    return system_clock::time_point(std::chrono::sys_days(date)) + hours + minutes + seconds +
           std::chrono::duration_cast<system_clock::duration>(fraction) - offset;
}

}
