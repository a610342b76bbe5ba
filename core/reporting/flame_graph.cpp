#include "core/reporting/flame_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "core/reporting/escape.h"
#include "core/reporting/html_view.h"
#include "core/reporting/numbers.h"

namespace benchgate::reporting {
namespace {

using kainjow::mustache::data;

constexpr double canvas = 1200;  // units wide
constexpr double row = 18;
constexpr double letter = 6.7;  // of 11 units of a monospaced face
constexpr double narrowest = 0.6;
/// Below the last box that is at least so wide, a few rows more are drawn: one rare stack does not make a tower.
constexpr double worth_a_row = 12;
constexpr std::size_t rows_below = 6;
constexpr std::size_t most_nodes = 200'000;
constexpr std::size_t most_frames_drawn = 10'000;
/// Full colour is for the largest difference, or for this one where all are small: noise is not to look like news.
constexpr double least_full_colour = 0.05;

struct Pair {
    double base = 0;  ///< shares of all samples
    double head = 0;
    double difference() const { return head - base; }
    double of(model::Side side) const { return side == model::Side::base ? base : head; }
    double& of(model::Side side) { return side == model::Side::base ? base : head; }
};

struct Frame {
    Pair all;  ///< with everything that it called
    Pair own;
    std::map<std::string, std::unique_ptr<Frame>, std::less<>> children;
};

class Tree {
  public:
    void add(const model::FoldedStacks& stacks, model::Side side) {
        std::vector<model::FoldedStacks::const_iterator> order;
        for (auto stack = stacks.begin(); stack != stacks.end(); ++stack) order.push_back(stack);
        // Where there are too many, the rare ones are the ones to go.
        std::stable_sort(order.begin(), order.end(),
                         [](const auto& a, const auto& b) { return a->second > b->second; });
        const auto total = static_cast<double>(std::max<std::uint64_t>(1, model::total_of(stacks)));
        for (const auto& stack : order) add(stack->first, static_cast<double>(stack->second) / total, side);
    }
    const Frame& root() const { return root_; }

  private:
    void add(std::string_view stack, double share, model::Side side) {
        Frame* node = &root_;
        node->all.of(side) += share;
        // The root's own name comes first.
        for (auto end = stack.find(';'); end != std::string_view::npos;) {
            stack.remove_prefix(end + 1);
            end = stack.find(';');
            const auto name = stack.substr(0, end);
            auto child = node->children.find(name);
            if (child == node->children.end()) {
                if (nodes_ >= most_nodes) break;
                ++nodes_;
                child = node->children.emplace(std::string(name), std::make_unique<Frame>()).first;
            }
            node = child->second.get();
            node->all.of(side) += share;
        }
        node->own.of(side) += share;
    }

    Frame root_;
    std::size_t nodes_ = 0;
};

double largest_difference(const Frame& node) {
    double largest = std::abs(node.all.difference());
    for (const auto& [name, child] : node.children) largest = std::max(largest, largest_difference(*child));
    return largest;
}

/// The deepest row with a box that is worth one.
std::size_t deepest(const Frame& node, model::Side widths, std::size_t depth) {
    if (node.all.of(widths) * canvas < worth_a_row) return 0;
    std::size_t most = depth;
    for (const auto& [name, child] : node.children) most = std::max(most, deepest(*child, widths, depth + 1));
    return most;
}

/// Between a warm grey and red or blue, by how much of full colour it is.
std::string colour(double strength) {
    struct Rgb {
        double red, green, blue;
    };
    constexpr Rgb none{236, 233, 226}, more{236, 96, 75}, less{88, 150, 220};
    const auto& full = strength > 0 ? more : less;
    const double part = std::min(1.0, std::abs(strength));
    const auto mixed = [&](double from, double to) { return static_cast<int>(std::lround(from + (to - from) * part)); };
    return fmt::format("#{:02x}{:02x}{:02x}", mixed(none.red, full.red), mixed(none.green, full.green),
                       mixed(none.blue, full.blue));
}

std::string points(double difference) {
    if (std::abs(difference) < 0.00005) return "the same";
    return fmt::format("{}{:.2f} points", difference < 0 ? "−" : "+", std::abs(difference) * 100);
}

std::string told(const std::string& name, const Frame& node) {
    auto text = fmt::format("{}\nbase {}, head {} ({})", name, format_percent(node.all.base),
                            format_percent(node.all.head), points(node.all.difference()));
    if (node.own.base > 0 || node.own.head > 0)
        text += fmt::format("\nitself: base {}, head {}", format_percent(node.own.base), format_percent(node.own.head));
    return text;
}

class FlameDrawing {
  public:
    FlameDrawing(const Frame& root, model::Side widths)
        : widths_(widths),
          full_colour_(std::max(least_full_colour, largest_difference(root))),
          most_depth_(deepest(root, widths, 0) + rows_below) {}

    void draw(const std::string& name, const Frame& node, double left, std::size_t depth) {
        const double width = node.all.of(widths_) * canvas;
        if (width < narrowest || depth > most_depth_ || drawn_ >= most_frames_drawn) return;
        ++drawn_;
        depth_ = std::max(depth_, depth);
        const double top = static_cast<double>(depth) * row;
        const auto shown = one_line(name);
        data box("told", told(shown, node));
        box.set("left", fmt::format("{:.1f}", left));
        box.set("top", fmt::format("{:.0f}", top));
        box.set("width", fmt::format("{:.1f}", std::max(narrowest, width - 0.6)));
        box.set("height", fmt::format("{:.0f}", row - 1));
        box.set("colour", colour(node.all.difference() / full_colour_));
        if (const auto letters = static_cast<std::size_t>(std::max(0.0, (width - 7) / letter)); letters >= 3) {
            data label("text", shortened(shown, letters));
            label.set("x", fmt::format("{:.1f}", left + 3.5));
            label.set("y", fmt::format("{:.1f}", top + row - 5.5));
            box.set("label", label);
        }
        boxes_.push_back(box);
        // Children stand in the order of their names: two graphs of the same code look alike.
        for (const auto& [child_name, child] : node.children) {
            draw(child_name, *child, left, depth + 1);
            left += child->all.of(widths_) * canvas;
        }
    }

    data result(const std::string& title) {
        data graph("title", one_line(title));
        graph.set("canvas", fmt::format("{:.0f}", canvas));
        graph.set("size", fmt::format("{:.0f}", static_cast<double>(depth_ + 1) * row));
        graph.set("boxes", boxes_);
        return graph;
    }

  private:
    model::Side widths_;
    double full_colour_;
    std::size_t most_depth_;
    data boxes_{data::type::list};
    std::size_t drawn_ = 0;
    std::size_t depth_ = 0;
};

}  // namespace

kainjow::mustache::data flame_graph_data(const model::FoldedStacks& base, const model::FoldedStacks& head,
                                         const FlameGraphOptions& options) {
    Tree tree;
    tree.add(base, model::Side::base);
    tree.add(head, model::Side::head);
    FlameDrawing drawing(tree.root(), options.widths);
    drawing.draw(std::string(model::profile_root), tree.root(), 0, 0);
    return drawing.result(options.title);
}

std::string flame_graph_svg(const model::FoldedStacks& base, const model::FoldedStacks& head,
                            const FlameGraphOptions& options) {
    data root;
    root.set("graph", flame_graph_data(base, head, options));
    return render_html_template("flame", std::move(root), "", Style::linked);
}

}  // namespace benchgate::reporting
