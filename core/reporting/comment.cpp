#include "core/reporting/comment.h"

#include <fmt/format.h>

#include "core/reporting/escape.h"
#include "core/reporting/markdown_view.h"
#include "core/reporting/numbers.h"

namespace benchgate::reporting {
namespace {

constexpr std::size_t most_bytes = 65000;  // GitHub takes 65,536 characters; none has less than a byte

}  // namespace

std::string render_comment(const Report& report) {
    return render_markdown_within("comment", {report, all_suites(report), report.gate, report.state}, most_bytes);
}

bool needs_new_comment(std::optional<model::Gate> said, model::Gate now) {
    return said && *said != model::Gate::failure && now == model::Gate::failure;
}

std::string render_earlier_comment(const Report& report, const std::string& newer_url) {
    const auto suites = all_suites(report);
    const bool is_linkable = !newer_url.empty() && newer_url.find_first_of("() <>\n") == std::string::npos;
    const auto newer = is_linkable ? fmt::format("[a newer comment]({})", newer_url) : std::string("a newer comment");
    // The bound leaves room for what stands around the text.
    auto text = render_markdown_within("comment", {report, suites, report.gate, report.state}, most_bytes - 1000);
    if (const auto marker = text.find(sticky_marker); marker != std::string::npos)
        text.erase(marker, sticky_marker.size());
    return fmt::format("An earlier result for {}; see {}.\n\n<details><summary>{}</summary>\n\n{}\n</details>\n",
                       markdown_name(short_sha(report.head_sha)), newer, html_text(headline(report, suites)), text);
}

}  // namespace benchgate::reporting
