#include "platform/log.h"

#include <cerrno>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "core/model/utf8.h"
#include "platform/clock.h"

namespace benchgate::platform {

namespace {

class LineSink final : public spdlog::sinks::base_sink<std::mutex> {
  public:
    LineSink(LogOptions options, int fd) : options_(std::move(options)), fd_(fd) {}

  protected:
    void sink_it_(const spdlog::details::log_msg& record) override {
        std::string message = redact({record.payload.data(), record.payload.size()});
        while (message.ends_with('\n')) message.pop_back();  // libpq ends its sentences so
        const auto name = spdlog::level::to_string_view(record.level);
        const std::string_view level(name.data(), name.size());
        const std::string time = format_utc(record.time, 3);
        const std::string line = options_.format == LogFormat::json_lines
                                     ? json_log_line(time, level, options_.program, message)
                                     : fmt::format("{} {:<8} {}", time, level, escape_control(message));
        write_line(line + "\n");
    }
    void flush_() override {}

  private:
    // One write a line, so that lines of several processes do not mix. A log that cannot be written has nobody to tell.
    void write_line(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    LogOptions options_;
    int fd_;
};

}

void set_up_log_to(const LogOptions& options, int fd) {
    const auto level = spdlog::level::from_str(options.level == "warn" ? "warning" : options.level);
    if (level == spdlog::level::off && options.level != "off")
        throw std::invalid_argument("log level '" + escape_control(options.level) +
                                    "' is not one of trace, debug, info, warn, error, critical, off");
    auto logger = std::make_shared<spdlog::logger>(options.program, std::make_shared<LineSink>(options, fd));
    logger->set_level(level);
    spdlog::set_default_logger(std::move(logger));
}

void set_up_log(const LogOptions& options) {
    set_up_log_to(options, STDERR_FILENO);
}

std::string escape_control(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto byte = static_cast<unsigned char>(text.front());
        const std::size_t length = model::character_length(text);
        const bool c1 = length == 2 && byte == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0;
        // Directional overrides (U+202A-202E, U+2066-2069) and line separators reorder or break what a person reads.
        const bool steering = length == 3 && byte == 0xe2 &&
                              ((text[1] == '\x80' && text[2] >= '\xa8' && text[2] <= '\xae') ||
                               (text[1] == '\x81' && text[2] >= '\xa6' && text[2] <= '\xa9'));
        if (byte == '\n') {
            out += "\\n";
        } else if (byte == '\t') {
            out += "\\t";
        } else if (byte == '\r') {
            out += "\\r";
        } else if (byte < 0x20 || byte == 0x7f || length == 0) {
            out += fmt::format("\\x{:02x}", byte);
        } else if (c1 || steering) {
            for (std::size_t i = 0; i < length; ++i)
                out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string json_log_line(std::string_view time, std::string_view level, std::string_view program,
                          std::string_view message) {
    const auto quoted = [](std::string_view text) {
        std::string out = "\"";
        for (char c : escape_control(text)) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        return out + "\"";
    };
    return fmt::format(R"({{"time":{},"level":{},"program":{},"message":{}}})", quoted(time), quoted(level),
                       quoted(program), quoted(message));
}

}
