#include "bridge/era/listeners.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "bridge/core/steps.hpp"

namespace bridge::era {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Listeners : public testing::Test {
protected:
    std::shared_ptr<listener> add(const std::string& name, std::vector<std::string> tasks = {}) {
        const auto made = std::make_shared<listener>();
        made->id = '"' + name + '"';
        made->subscribed_as = {.name = name, .client = "c", .account = budget_.account_of("p")};
        made->filter.tasks = std::move(tasks);
        made->out = std::make_shared<session::stream>(loop_.get_executor(), bounds_, 1);
        made->out->attach();
        made->pay();
        all_.add(made);
        return made;
    }
    static std::vector<std::string> next(listener& one) {
        std::vector<std::string> out;
        for (auto& each : one.out->remove_waiting()) out.push_back(std::move(each.text));
        return out;
    }
    void update(const std::set<std::string>& subscribers, const std::string& params) {
        const std::string text = R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":)" + params + '}';
        const auto read = jsonrpc::read_envelope(text, 64);
        all_.on_updated(subscribers, std::get<jsonrpc::envelope>(read), R"("u:1")");
    }

    boost::asio::io_context loop_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    core::limits bounds_;
    core::memory_budget budget_{0};
    listeners all_;
};

TEST_F(Listeners, GetTheUpdatesThatTheySubscribedTo) {
    const auto one = add("a");
    const auto other = add("b");
    update({"a", "elsewhere"}, R"({"uri":"u:1","n":1.0})");
    EXPECT_THAT(next(*one), ElementsAre(HasSubstr(R"("params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"a"},"uri":"u:1","n":1.0}})")));
    EXPECT_THAT(next(*other), IsEmpty());
}

// The notification was walked once for each listener.
TEST_F(Listeners, GetALongUpdateThatIsReadOnce) {
    if (!core::counts_steps) GTEST_SKIP() << "this build counts no steps";
    std::set<std::string> subscribers;
    std::vector<std::shared_ptr<listener>> made;
    for (int i = 0; i < 200; ++i) made.push_back(add(*subscribers.insert("l" + std::to_string(i)).first));
    std::string numbers = "0";
    for (int i = 0; i < 20'000; ++i) numbers += ",0";
    const std::string params = R"({"n":[)" + numbers + R"(],"uri":"u:1"})";
    const std::uint64_t before = core::counted_steps;
    update(subscribers, params);
    EXPECT_LT(core::counted_steps - before, 20 * params.size());
    EXPECT_THAT(next(*made.back()), ElementsAre(HasSubstr(R"("uri":"u:1"}})")));
}

TEST_F(Listeners, PayForWhatTheyAskFor) {
    std::shared_ptr<listener> one = add("a", {std::string(1000, 't'), "t2"});
    EXPECT_EQ(all_.count_tasks(), 2U);
    EXPECT_GE(budget_.used(), 1000U);
    all_.remove(*one);
    EXPECT_EQ(all_.count_tasks(), 0U);
    one.reset();
    EXPECT_EQ(budget_.used(), 0U);
}

}  // namespace
}  // namespace bridge::era
