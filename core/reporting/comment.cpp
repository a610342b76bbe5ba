#include "core/reporting/comment.h"

#include <fmt/format.h>

#include "core/reporting/escape.h"
#include "core/reporting/markdown_view.h"
#include "core/reporting/numbers.h"

namespace benchgate::reporting {
namespace {

// GitHub takes 65,536 characters, none of which has less than a byte; folded away, more stands around the text.
constexpr std::size_t most_bytes_of_comment = 64'000;
constexpr std::size_t most_headline = 200;
constexpr std::size_t most_address = 500;

}  // namespace

std::string render_comment(const Report& report) {
    return render_markdown_within("comment", {report, all_suites(report), report.gate, report.state},
                                  most_bytes_of_comment);
}

bool needs_new_comment(std::optional<model::Gate> said, model::Gate now) {
    return said && *said != model::Gate::failure && now == model::Gate::failure;
}

std::string comment_title(const Report& report) {
    return fmt::format("{}: {}", markdown_name(short_sha(report.head_sha)),
                       html_text(shortened(headline(report, all_suites(report)), most_headline)));
}

std::string fold_comment(const SentComment& comment, const std::string& newer_url) {
    const bool is_linkable = !newer_url.empty() && newer_url.size() <= most_address &&
                             newer_url.find_first_of("() <>\n") == std::string::npos;
    const auto newer = is_linkable ? fmt::format("[a newer comment]({})", newer_url) : std::string("a newer comment");
    auto text = comment.markdown;
    if (const auto marker = text.find(sticky_marker); marker != std::string::npos)
        text.erase(marker, sticky_marker.size());
    return fmt::format("An earlier result; see {}.\n\n<details><summary>{}</summary>\n\n{}\n</details>\n", newer,
                       comment.title, text);
}

}  // namespace benchgate::reporting
