// What the parts of the hot path cost by themselves. For the whole, beside peers, see `compare`.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "bridge/child/call_table.hpp"
#include "bridge/core/secret.hpp"
#include "bridge/jsonrpc/envelope.hpp"
#include "bridge/jsonrpc/line_framer.hpp"
#include "bridge/jsonrpc/writer.hpp"

namespace {

using namespace bridge;

// A tools/call whose text argument has `size` bytes, every 16th of them beyond ASCII.
std::string call_of(std::size_t size) {
    std::string text;
    while (text.size() < size) text += "abcdefghijklm\xC3\xA9n";
    return R"({"method":"tools/call","params":{"name":"echo","arguments":{"text":")" + text +
           R"("},"_meta":{"progressToken":3}},"jsonrpc":"2.0","id":3})";
}

void read_envelope(benchmark::State& state) {
    const std::string text = call_of(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        auto read = jsonrpc::read_envelope(text, 256);
        benchmark::DoNotOptimize(read);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(read_envelope)->Arg(64)->Arg(10'000)->Arg(1'000'000);

void splice_call(benchmark::State& state) {
    const std::string text = call_of(static_cast<std::size_t>(state.range(0)));
    const auto read = jsonrpc::read_envelope(text, 256);
    std::string out;
    for (auto _ : state) {
        out.clear();
        jsonrpc::append_call(out, std::get<jsonrpc::envelope>(read), "123456", "123456");
        benchmark::DoNotOptimize(out.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(splice_call)->Arg(64)->Arg(1'000'000);

void frame_lines(benchmark::State& state) {
    const std::string line = call_of(static_cast<std::size_t>(state.range(0))) + "\n";
    jsonrpc::line_framer framer(1 << 26);
    std::size_t sent = 0;
    std::size_t lines = 0;
    for (auto _ : state) {
        for (std::size_t before = lines; lines == before;) {
            const auto room = framer.prepare();
            const std::size_t count = std::min(room.size(), line.size() - sent);
            std::memcpy(room.data(), line.data() + sent, count);
            sent = (sent + count) % line.size();
            framer.commit(count);
            while (framer.next()) ++lines;
        }
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(lines * line.size()));
}
BENCHMARK(frame_lines)->Arg(64)->Arg(1'000'000);

class silent_sink final : public child::call_sink {
public:
    void on_answer(const jsonrpc::envelope&) override {}
    bool on_message(const jsonrpc::envelope&) override { return true; }
    void on_lost(std::string_view) override {}
};

// Adds a call and takes the one that has waited longest, with `range` calls in flight.
void pair_answers(benchmark::State& state) {
    child::call_table table;
    const auto sink = std::make_shared<silent_sink>();
    std::uint64_t next = 1;
    for (std::int64_t i = 0; i < state.range(0); ++i) table.add(sink);
    for (auto _ : state) {
        table.add(sink);
        benchmark::DoNotOptimize(table.remove(next++));
    }
}
BENCHMARK(pair_answers)->Arg(1)->Arg(64)->Arg(1000);

void compare_key(benchmark::State& state) {
    const std::string key(56, 'k');
    const core::digest known = core::digest_of(key);
    for (auto _ : state) benchmark::DoNotOptimize(core::same_digest(core::digest_of(key), known));
}
BENCHMARK(compare_key);

}  // namespace
