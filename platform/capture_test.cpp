#include "platform/capture.h"

#include <gtest/gtest.h>

namespace benchgate::platform {
namespace {

TEST(Capture, WhatFitsComesBackWhole) {
    for (std::size_t length = 0; length <= 10; ++length) {
        Capture capture(10);
        const std::string text = std::string("0123456789").substr(0, length);
        for (char c : text) capture.add(std::string_view(&c, 1));
        const Captured captured = capture.take();
        EXPECT_EQ(captured.text(), text);
        EXPECT_EQ(captured.total_bytes, length);
        EXPECT_EQ(captured.dropped_bytes, 0u);
    }
}

TEST(Capture, HeadAndTailStayWhateverTheChunks) {
    std::string text;
    for (int i = 0; i < 500; ++i) text += std::to_string(i) + ",";
    for (std::size_t keep : {0u, 1u, 2u, 7u, 100u, 101u})
        for (std::size_t chunk : {1u, 3u, 50u, 64u, 5000u}) {
            Capture capture(keep);
            for (std::size_t at = 0; at < text.size(); at += chunk)
                capture.add(std::string_view(text).substr(at, chunk));
            const Captured captured = capture.take();
            EXPECT_EQ(captured.head, text.substr(0, keep - keep / 2));
            EXPECT_EQ(captured.tail, text.substr(text.size() - keep / 2)) << keep << " by " << chunk;
            EXPECT_EQ(captured.dropped_bytes, text.size() - keep);
            EXPECT_NE(captured.text().find("bytes dropped"), std::string::npos);
        }
}

}
}
