#include "core/reporting/escape.h"

#include <gtest/gtest.h>

#include <random>

#include "core/reporting/sample_report.h"

namespace benchgate::reporting {
namespace {

TEST(Escape, MarkdownShowsNamesAsTheyAre) {
    EXPECT_EQ(markdown_text("BM_Sort/1024"), "BM\\_Sort/1024");
    EXPECT_EQ(markdown_text("<!-- -->|@team"), "&#60;!-- --&#62;&#124;&#64;<!-- -->team");
    EXPECT_EQ(markdown_text("#12 *a* ~b~ [c](d)"), "&#35;<!-- -->12 \\*a\\* \\~b\\~ \\[c\\](d)");
    EXPECT_EQ(markdown_text("https://a www.b.c WWW.d"), "https&#58;//a www&#46;b.c WWW&#46;d");
    EXPECT_EQ(markdown_text("GH-12, gh-7"), "GH-<!-- -->12, gh-<!-- -->7");
    EXPECT_EQ(markdown_text("a\r\nb\\|`c`"), "a  b&#92;&#124;&#96;c&#96;");
    EXPECT_EQ(markdown_text("gr\xC3\xB6\xC3\x9F"
                            "e"),
              "größe");
}

TEST(Escape, MarkdownHoldsNothingActive) {
    for (const auto& name : sample::hostile_names()) {
        std::string text = markdown_text(name);
        for (std::size_t at; (at = text.find("<!-- -->")) != std::string::npos;) text.erase(at, 8);
        for (const char c : std::string("<>|@`$:\n\r\x1b")) EXPECT_EQ(text.find(c), std::string::npos) << text;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '#') {
                EXPECT_TRUE(i > 0 && text[i - 1] == '&') << text;
            }
        }
    }
}

TEST(Escape, LogsStayWithinTheirBlock) {
    EXPECT_EQ(markdown_block("a\n```\nb"), "````text\na\n```\nb\n````\n");
    EXPECT_EQ(markdown_block("a\x1b[0m\r\n"), "```text\na\xEF\xBF\xBD[0m\n```\n");
}

TEST(Escape, Html) {
    EXPECT_EQ(html_text("<b a=\"x\" c='y'>&"), "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;");
    EXPECT_EQ(safe_address("https://a/?b=1&c=\""), "https://a/?b=1&c=\"");
    EXPECT_EQ(safe_address("/acme/engine"), "/acme/engine");
    for (const auto* bad : {"javascript:alert(1)", "//evil.example", "/\\evil.example", "data:text/html,x", "", "acme"})
        EXPECT_EQ(safe_address(bad), "#") << bad;
}

TEST(Escape, CsvRunsNothing) {
    EXPECT_EQ(csv_field("plain"), "plain");
    EXPECT_EQ(csv_field("a,\"b\""), "\"a,\"\"b\"\"\"");
    for (const auto* formula : {"=1+1", "+1", "-1", "@x"}) EXPECT_EQ(csv_field(formula), std::string("'") + formula);
    EXPECT_EQ(csv_field("a\nb"), "a b");
    // Where a spreadsheet splits at semicolons, quotes in the middle of its cell protect nothing.
    EXPECT_EQ(csv_field("a;=1+1"), "a;'=1+1");
    EXPECT_EQ(csv_field("a; \"@x"), "\"a; \"\"'@x\"");
    EXPECT_EQ(csv_field("\t=1"), " '=1");
    EXPECT_EQ(csv_field("＝1+1"), "'＝1+1");
    EXPECT_EQ(csv_field("n=1;m-2"), "n=1;m-2");
}

TEST(Escape, NothingInvisibleGetsThrough) {
    EXPECT_EQ(one_line("a\tb\nc\xE2\x80\xA8"
                       "d"),
              "a b c d");
    EXPECT_EQ(one_line("\xE2\x80\xAE\xE2\x80\x8B\x7F\xC2\x85"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD ");
    EXPECT_EQ(one_line("\xC0\x80\xED\xA0\x80\xF5\x80"),
              "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(one_line("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(one_line("\xEF\xBF\xBE\xEF\xBF\xBF\xF4\x8F\xBF\xBF"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD")
        << "no characters, and no XML document, as a drawing is one, may hold them";
    EXPECT_EQ(shortened("abcdef", 4), "abc…");
    EXPECT_EQ(shortened("äöüß", 4), "äöüß");
    EXPECT_EQ(characters(shortened(std::string(5000, 'x'))), longest_name);
}

TEST(Escape, AnyBytesGiveValidText) {
    std::mt19937 random(1);
    for (int round = 0; round < 300; ++round) {
        std::string bytes;
        for (int i = 0; i < 200; ++i) bytes += static_cast<char>(random() % 256);
        for (const auto& text : {markdown_text(bytes), html_text(bytes), csv_field(bytes), markdown_block(bytes),
                                 shortened(one_line(bytes), 50)})
            EXPECT_EQ(many_lines(text), text);  // valid UTF-8, nothing hidden: a second pass finds nothing to replace
    }
}

}  // namespace
}  // namespace benchgate::reporting
