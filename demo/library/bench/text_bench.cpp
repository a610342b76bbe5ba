// One benchmark a tool. Each asks for a fixed amount of work with fixed inputs.
#include <benchmark/benchmark.h>

#include "bench/inputs.h"
#include "text/base64.h"
#include "text/csv.h"
#include "text/edit_distance.h"
#include "text/intervals.h"
#include "text/json_escape.h"
#include "text/lru_cache.h"
#include "text/symbol_table.h"
#include "text/tokenizer.h"
#include "text/top_k.h"
#include "text/trie.h"
#include "text/utf8.h"

namespace {

void base64_encode(benchmark::State& state) {
    const std::string input = bench::program_text(1, 200);
    for (auto _ : state) benchmark::DoNotOptimize(text::base64_encode(input));
}

void base64_decode(benchmark::State& state) {
    const std::string input = text::base64_encode(bench::program_text(2, 200));
    for (auto _ : state) benchmark::DoNotOptimize(text::base64_decode(input));
}

void csv_parse(benchmark::State& state) {
    const std::string input = bench::csv_text(3, 200);
    for (auto _ : state) benchmark::DoNotOptimize(text::parse_csv(input));
}

void edit_distance(benchmark::State& state) {
    const auto words = bench::words(4, 40);
    for (auto _ : state) {
        std::size_t sum = 0;
        for (std::size_t i = 1; i < words.size(); ++i) sum += text::edit_distance(words[i - 1], words[i]);
        benchmark::DoNotOptimize(sum);
    }
}

void intervals_merge(benchmark::State& state) {
    bench::Dice dice(5);
    std::vector<text::Interval> input;
    for (int i = 0; i < 500; ++i) {
        const std::int64_t begin = dice.below(100000);
        input.push_back({begin, begin + dice.below(300)});
    }
    for (auto _ : state) benchmark::DoNotOptimize(text::merge_intervals(input));
}

void json_escape(benchmark::State& state) {
    const std::string input = bench::csv_text(6, 200);
    for (auto _ : state) benchmark::DoNotOptimize(text::json_escape(input));
}

void lru_cache(benchmark::State& state) {
    for (auto _ : state) {
        text::LruCache cache(64);
        bench::Dice dice(7);
        std::size_t hits = 0;
        for (int i = 0; i < 1000; ++i) {
            const std::uint64_t key = dice.below(96);
            if (cache.get(key)) {
                ++hits;
            } else {
                cache.put(key, "a value that is not short");
            }
        }
        benchmark::DoNotOptimize(hits);
    }
}

void symbol_table_intern(benchmark::State& state) {
    const auto names = bench::words(8, 250);
    for (auto _ : state) {
        text::SymbolTable table;
        bench::Dice dice(9);
        std::uint32_t sum = 0;
        for (int i = 0; i < 2000; ++i) sum += table.intern(names[dice.below(250)]);
        benchmark::DoNotOptimize(sum);
    }
}

void tokenizer(benchmark::State& state) {
    const std::string input = bench::program_text(10, 200);
    for (auto _ : state) benchmark::DoNotOptimize(text::tokenize(input));
}

void top_k(benchmark::State& state) {
    bench::Dice dice(11);
    std::vector<double> scores;
    for (int i = 0; i < 2000; ++i) scores.push_back(dice.below(1000000) / 1000.0);
    for (auto _ : state) benchmark::DoNotOptimize(text::top_k(scores, 10));
}

void trie_prefix(benchmark::State& state) {
    text::Trie trie;
    for (const auto& word : bench::words(12, 2000)) trie.insert(word);
    const auto asked = bench::words(13, 200);
    for (auto _ : state) {
        std::size_t sum = 0;
        for (const auto& word : asked) sum += trie.count_with_prefix(std::string_view(word).substr(0, 3));
        benchmark::DoNotOptimize(sum);
    }
}

void utf8_validate(benchmark::State& state) {
    std::string input;
    for (const auto& word : bench::words(14, 300)) input += word + "\u00e9\u4e2d\U0001f600 ";
    for (auto _ : state) benchmark::DoNotOptimize(text::is_utf8(input));
}

BENCHMARK(base64_encode);
BENCHMARK(base64_decode);
BENCHMARK(csv_parse);
BENCHMARK(edit_distance);
BENCHMARK(intervals_merge);
BENCHMARK(json_escape);
BENCHMARK(lru_cache);
BENCHMARK(symbol_table_intern);
BENCHMARK(tokenizer);
BENCHMARK(top_k);
BENCHMARK(trie_prefix);
BENCHMARK(utf8_validate);

}  // namespace

BENCHMARK_MAIN();
