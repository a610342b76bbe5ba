#include "core/reporting/comment.h"

#include "core/reporting/markdown_view.h"

namespace benchgate::reporting {
namespace {

constexpr std::size_t most_bytes = 65000;  // GitHub takes 65,536 characters; none has less than a byte

}  // namespace

std::string render_comment(const Report& report) {
    return render_markdown_within("comment", {report, all_suites(report), report.gate, report.state}, most_bytes);
}

}  // namespace benchgate::reporting
