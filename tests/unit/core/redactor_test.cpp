// No byte of a secret is shown, wherever the text is cut, and showing costs the same for each byte whatever the secrets are.
#include "bridge/core/redactor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "bridge/core/log.hpp"
#include "bridge/core/steps.hpp"
#include "tests/support/worst_cases.hpp"

namespace bridge::core {
namespace {

constexpr std::size_t everything = 1'000'000;

redactor hiding(const std::vector<std::string>& secrets) {
    redactor out;
    for (const std::string& each : secrets) out.add(each);
    return out;
}

TEST(Redactor, RemovesEverySecretWhereverItStands) {
    const redactor secrets = hiding({"hunter22", "s3cr", "abc"});  // the last is too short to be hidden without hiding ordinary text
    EXPECT_EQ(secrets.shown("hunter22 and s3cr3t, hunter22hunter22 abc", everything), "*** and ***3t, ****** abc");
    EXPECT_EQ(redactor().shown("text", everything), "text");
    EXPECT_EQ(secrets.shown("", everything), "");
}

TEST(Redactor, LeavesNoRestOfASecretThatBeginsWithAnother) {
    const redactor secrets = hiding({"abcd", "abcdefgh", "abcde"});
    EXPECT_EQ(secrets.shown("abcd abcdefgh abcde abcdef", everything), "*** *** *** ***f");
    EXPECT_EQ(secrets.longest(), 8U);
    EXPECT_EQ(redactor().longest(), 0U);
}

TEST(Redactor, HidesSecretsThatOverlapAsOne) {
    const redactor secrets = hiding({"abcdef", "defghi", "cdef", "zzzz"});
    EXPECT_EQ(secrets.shown("-abcdefghi-", everything), "-***-");
    EXPECT_EQ(secrets.shown("-abcdefgh-", everything), "-***gh-");
    EXPECT_EQ(secrets.shown("-zzzzzz-zzz-", everything), "-***-zzz-");
}

TEST(Redactor, FindsASecretBehindTheBeginningOfAnother) {
    EXPECT_EQ(hiding({"abcabd", "bcab?"}).shown("abcabcabd abcab?", everything), "abc*** a***");
    EXPECT_EQ(hiding({"aaab"}).shown("aaaaaaab", everything), "aaaa***");
}

TEST(Redactor, KeepsASecretThatIsAddedLater) {
    redactor secrets = hiding({"first-one"});
    EXPECT_EQ(secrets.shown("first-one second-one", everything), "*** second-one");
    secrets.add("second-one");
    EXPECT_EQ(secrets.shown("first-one second-one", everything), "*** ***");
}

TEST(Redactor, MakesTextSafeForALine) {
    EXPECT_EQ(hiding({"hunter22"}).shown("a\nhunter22\x1b\xFF\xC3\xA9", everything), "a\\x0a***\\x1b\\xff\xC3\xA9");
    // A secret that begins inside a character.
    EXPECT_EQ(hiding({"\xA9xyz"}).shown("a\xC3\xA9xyz.", everything), "a***.");
}

TEST(Redactor, ShowsNothingAtOrBeyondTheLimit) {
    const redactor secrets = hiding({"hunter22"});
    EXPECT_EQ(secrets.shown("0123456789", 4), "0123... (10 bytes in all)");
    // The star of a secret is shorter than the secret; what then would come into view stays hidden.
    EXPECT_EQ(secrets.shown("hunter22hunter22 behind", 16), "******... (23 bytes in all)");
    EXPECT_EQ(secrets.shown("hunter22hunter22 behind", 17), "****** ... (23 bytes in all)");
    EXPECT_EQ(secrets.shown("..hunter22..", 5), "..***... (12 bytes in all)");
    EXPECT_EQ(secrets.shown("..hunter22..", 2), "..... (12 bytes in all)");
    EXPECT_EQ(secrets.shown("text", 0), "... (4 bytes in all)");
}

TEST(Redactor, HidesWhatMayBeginASecretWhereTheTextBreaksOff) {
    const redactor secrets = hiding({"hunter22", "ter9"});
    EXPECT_EQ(secrets.beginning("say hunter2", everything, true), "say ***");
    EXPECT_EQ(secrets.beginning("say hunter", everything, true), "say ***");
    EXPECT_EQ(secrets.beginning("say hun", 5, true), "say ***");
    EXPECT_EQ(secrets.beginning("say hunter2", everything, false), "say hunter2");
    EXPECT_EQ(secrets.beginning("say hunter3", everything, true), "say hunter3");
}

// What is shown of a text of ordinary characters by the rule itself: each byte that is in a secret is hidden.
std::string by_the_rule(const std::vector<std::string>& secrets, const std::string& text, std::size_t limit) {
    std::vector<int> run(text.size(), -1);  // the first byte of the run of overlapping secrets that a byte is in
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const std::string& each : secrets) {
            if (text.compare(at, each.size(), each) != 0) continue;
            const int begin = run[at] >= 0 ? run[at] : static_cast<int>(at);
            std::fill_n(run.begin() + static_cast<std::ptrdiff_t>(at), each.size(), begin);
        }
    }
    std::string out;
    for (std::size_t at = 0; at < std::min(text.size(), limit); ++at) {
        if (run[at] < 0) {
            out += text[at];
        } else if (run[at] == static_cast<int>(at)) {
            out += "***";
        }
    }
    return out;
}

TEST(Redactor, AgreesWithTheRuleOnTextsOfEveryKind) {
    std::mt19937 random(20261128);
    const auto word = [&](std::size_t size, int letters) {
        std::string out(size, ' ');
        std::ranges::generate(out, [&] { return static_cast<char>('a' + static_cast<int>(random() % static_cast<unsigned>(letters))); });
        return out;
    };
    for (int round = 0; round < 2000; ++round) {
        const int letters = 1 + round % 3;
        std::vector<std::string> secrets;
        for (unsigned i = 0, count = 1 + random() % 4; i < count; ++i) secrets.push_back(word(4 + random() % 6, letters));
        const std::string text = word(random() % 40, letters);
        const std::size_t limit = random() % 45;
        EXPECT_EQ(hiding(secrets).beginning(text, limit), by_the_rule(secrets, text, limit))
            << text << " up to " << limit << ", without " << testing::PrintToString(secrets);
    }
}

std::size_t steps_to_show(const redactor& secrets, const std::string& text, std::size_t limit) {
    static_cast<void>(secrets.shown("", 0));  // makes ready
    const std::uint64_t before = counted_steps;
    static_cast<void>(secrets.shown(text, limit));
    return counted_steps - before;
}

// Secrets that are hard to tell apart: of one repeated character, of common beginnings, and a thousand keys.
std::vector<std::vector<std::string>> hard_secrets() {
    std::vector<std::vector<std::string>> out{{test_support::repeated_secret}, {std::string(1000, 'a') + 'b'}, {}, {}};
    for (std::size_t size = 4; size < 60; ++size) out[2].push_back(std::string(size, 'a') + "b");
    std::mt19937 random(42);
    for (int i = 0; i < 1000; ++i) {
        std::string key(64, ' ');
        std::ranges::generate(key, [&] { return "0123456789abcdef"[random() % 16]; });
        out[3].push_back(std::move(key));
    }
    return out;
}

TEST(Redactor, CostsTheSameForEachByteWhateverTheSecretsAre) {
    if (!counts_steps) GTEST_SKIP() << "this build counts no steps";
    constexpr std::size_t size = 20'000;
    for (const auto& secrets : hard_secrets()) {
        const redactor hidden = hiding(secrets);
        for (const test_support::worst_case& each : test_support::worst_garbage()) {
            const std::size_t few = steps_to_show(hidden, each.make(size), everything);
            const std::size_t many = steps_to_show(hidden, each.make(2 * size), everything);
            EXPECT_LE(many, 2 * few + 3000) << secrets.size() << " secrets, " << each.name;
            EXPECT_LE(many, 20 * 2 * size) << secrets.size() << " secrets, " << each.name;
        }
        for (const std::string& each : secrets) {
            std::string text;
            while (text.size() < size) text += each.substr(0, each.size() - 1);
            EXPECT_LE(steps_to_show(hidden, text, everything), 20 * (size + each.size())) << secrets.size() << " secrets";
        }
    }
}

// However long the text is, only what is shown of it is looked at.
TEST(Redactor, LooksAtNoMoreThanItShows) {
    if (!counts_steps) GTEST_SKIP() << "this build counts no steps";
    const redactor secrets = hiding({test_support::repeated_secret});
    const std::string text = test_support::worst_garbage().front().make(1'000'000);
    EXPECT_LE(steps_to_show(secrets, text, 200), 10U * 208U);
    EXPECT_EQ(secrets.shown(text, 200), "***... (1000000 bytes in all)");
}

}  // namespace
}  // namespace bridge::core
