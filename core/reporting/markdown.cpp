#include "core/reporting/markdown.h"

#include "core/reporting/markdown_view.h"

namespace benchgate::reporting {

std::string render_markdown(const Report& report) {
    return render_markdown_template("markdown", {report, all_suites(report), report.gate, report.state});
}

}  // namespace benchgate::reporting
