#include "core/reporting/html.h"

#include "core/reporting/html_view.h"

namespace benchgate::reporting {

std::string render_html(const Report& report) {
    return render_comparison(report, Style::inside);
}

}  // namespace benchgate::reporting
