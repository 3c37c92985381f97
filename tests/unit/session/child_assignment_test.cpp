#include "bridge/session/child_assignment.hpp"

#include <gmock/gmock.h>

#include "bridge/process/command.hpp"
#include "bridge/session/fresh_children.hpp"
#include "bridge/session/own_children.hpp"
#include "bridge/session/shared_children.hpp"
#include "tests/unit/session/memory_link.hpp"

namespace bridge::session {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr std::string_view call = R"({"jsonrpc":"2.0","id":5,"method":"tools/call"})";

using link_ptr = std::shared_ptr<child::link>;

/// An assignment that does as it is told, and counts.
class scripted_assignment final : public child_assignment {
public:
    link_ptr current() override { return ready; }
    core::task<child::granted<link_ptr>> acquire(std::function<bool()>) override { return give(later, when_acquired); }
    std::optional<child::refusal> refusal() const override { return std::nullopt; }
    std::optional<child::fair_share::part> occupy(const child::link&) override {
        if (is_full) return std::nullopt;
        return child::fair_share::part();
    }
    void release(const child::link* link) override { released.push_back(link); }
    core::task<child::granted<std::string>> learn_initialize_result(std::function<bool()>) override { co_return std::string("{}"); }
    void close(const std::string& reason) override { closed = reason; }

    link_ptr ready;                                                       ///< what `current` returns
    child::granted<link_ptr> later = child::refusal::failed("no child");  ///< what `acquire` returns
    std::function<void()> when_acquired = [] {};
    bool is_full = false;
    std::vector<const child::link*> released;
    std::string closed;

private:
    static core::task<child::granted<link_ptr>> give(child::granted<link_ptr> later, std::function<void()> preparation) {
        preparation();
        co_return later;
    }
};

/// How a session uses its assignment.
class AssignedSession : public testing::Test {
protected:
    AssignedSession() { session_->assign(assignment_); }

    const std::shared_ptr<memory_link>& link() const { return link_; }

    boost::system::error_code send() {
        const jsonrpc::envelope message = envelope_of(call);
        exchange_ = session_->begin(message, out_, core::clock::now());
        const auto error = session_->send(message, exchange_);
        loop_.poll();
        return error;
    }

    boost::asio::io_context loop_;
    core::limits bounds_;
    std::shared_ptr<memory_link> link_ = memory_link::make();
    std::shared_ptr<scripted_assignment> assignment_ = std::make_shared<scripted_assignment>();
    std::shared_ptr<session> session_ =
        std::make_shared<session>(loop_.get_executor(), session::identity{.id = "s", .principal = "p"}, bounds_, core::clock::now());
    std::shared_ptr<stream> out_ = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
    std::shared_ptr<exchange> exchange_;
};

TEST_F(AssignedSession, ReleasesTheLinkWhenTheCallIsSettled) {
    assignment_->ready = link();
    EXPECT_FALSE(send());
    EXPECT_EQ(link()->calls().size(), 1U);
    EXPECT_TRUE(assignment_->released.empty());
    exchange_->conclude("{}");
    EXPECT_EQ(assignment_->released, std::vector<const child::link*>{link().get()});
}

TEST_F(AssignedSession, ReleasesTheLinkOfACallThatIsNotAdmitted) {
    assignment_->ready = link();
    assignment_->is_full = true;
    EXPECT_EQ(send(), core::make_error_code(core::errc::limit_reached));
    EXPECT_EQ(assignment_->released.size(), 1U);
    EXPECT_EQ(session_->calls().size(), 0U);
    EXPECT_EQ(link()->calls().size(), 0U);
}

TEST_F(AssignedSession, WaitsForALinkIfThereIsNone) {
    assignment_->later = link();
    EXPECT_FALSE(send());
    EXPECT_EQ(link()->calls().size(), 1U);
    EXPECT_TRUE(exchange_->is_waiting());
}

TEST_F(AssignedSession, AnswersWithTheRefusalIfThereIsNoLink) {
    assignment_->later = child::refusal::at_limit("all are busy", 7s);
    out_->attach();
    EXPECT_FALSE(send());
    const auto answers = out_->remove_waiting();
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_THAT(answers[0].text, HasSubstr("all are busy"));
    EXPECT_EQ(answers[0].retry_after, 7s);
    EXPECT_TRUE(assignment_->released.empty());
}

TEST_F(AssignedSession, ReleasesALinkThatComesTooLate) {
    assignment_->later = link();
    assignment_->when_acquired = [this] { exchange_->time_out(); };
    EXPECT_FALSE(send());
    EXPECT_EQ(assignment_->released.size(), 1U);
    EXPECT_EQ(link()->calls().size(), 0U);
}

TEST_F(AssignedSession, ClosesItWithTheSession) {
    session_->close("the end");
    EXPECT_EQ(assignment_->closed, "the end");
}

/// The assignments that each isolation makes, before any child is started.
class Assigners : public testing::Test, protected audience {
protected:
    std::shared_ptr<session> open(assigner& all, const std::string& id) {
        auto made = std::make_shared<session>(loop_.get_executor(), session::identity{.id = id, .principal = "p"}, bounds_, core::clock::now());
        all.assign(made, {.params = "{}"});
        return made;
    }
    // The command fails as often as it takes to be in a crash loop.
    void make_crash_loop() {
        for (std::size_t i = 0; i < bounds_.short_lives; ++i) children_.health().record_failure("it fell over");
    }
    void tell_all(const std::string&) override {}
    void tell_subscribers(const std::string&, const std::string&) override {}
    void tell_owner(const task_owners::task&, const jsonrpc::envelope&) override {}
    void on_task_changed(const jsonrpc::envelope&) override {}
    void on_lost_child(child::link&) override {}
    bool listens() const override { return false; }

    boost::asio::io_context loop_;
    core::limits bounds_;
    core::redactor secrets_;
    core::memory_budget memory_{0};
    process::command command_;
    child::children children_{loop_.get_executor(), command_, bounds_, secrets_, memory_};
};

TEST_F(Assigners, OfOwnChildrenShareNothing) {
    own_children all(loop_.get_executor(), children_, bounds_);
    const auto first = open(all, "s1")->assignment();
    const auto second = open(all, "s2")->assignment();
    EXPECT_NE(first->own(), nullptr);
    EXPECT_NE(first->own(), second->own());
    EXPECT_NE(first->settings(), second->settings());
    EXPECT_EQ(first->tasks(), nullptr);
    EXPECT_EQ(first->current(), nullptr);
    EXPECT_FALSE(all.is_initialized_by_bridge());
}

TEST_F(Assigners, OfOwnChildrenReplaceTheChildOfASessionThatIsInitialisedAgain) {
    own_children all(loop_.get_executor(), children_, bounds_);
    const auto client = open(all, "s1");
    const auto first = client->assignment();
    all.assign(client, {.params = "{}"});
    EXPECT_NE(client->assignment(), first);
}

TEST_F(Assigners, OfASharedChildShareItsSettingsAndKeepTheirTasksApart) {
    shared_children all(loop_.get_executor(), children_, bounds_, *this);
    const auto first = open(all, "s1")->assignment();
    const auto second = open(all, "s2")->assignment();
    EXPECT_EQ(first->own(), nullptr);
    EXPECT_EQ(first->settings(), second->settings());
    EXPECT_NE(first->tasks(), second->tasks());
    ASSERT_EQ(first->settings()->subscribed().add({.name = "s1", .client = "s1"}, "file:///a"), subscribing::done);
    EXPECT_TRUE(all.subscribers("file:///a").contains("s1"));
    first->close("the end");
    EXPECT_TRUE(all.subscribers("file:///a").empty());
}

// Each kind of client kept a copy, for which nobody paid.
TEST_F(Assigners, OfFreshChildrenPayForWhatTheirServerSaysOfItself) {
    fresh_source source;
    source.pool = child::pool::make(loop_.get_executor(), children_, bounds_, child::legacy_handshake{.params = "{}", .announce = true}, 0);
    source.charge = {children_.memory().common(), core::memory_use::handshake};
    const std::size_t before = children_.memory().used_for(core::memory_use::handshake);
    source.record(std::string(100'000, 'x'));
    EXPECT_GE(children_.memory().used_for(core::memory_use::handshake), before + 100'000);
}

TEST_F(Assigners, OfFreshChildrenKeepNothingFromCallToCall) {
    fresh_children all(loop_.get_executor(), children_, bounds_, 0);
    const auto client = open(all, "s1");
    EXPECT_EQ(client->assignment()->own(), nullptr);
    EXPECT_NE(client->assignment()->settings(), open(all, "s2")->assignment()->settings()) << "each client has a log level of its own";
    EXPECT_EQ(client->assignment()->tasks(), nullptr);
    EXPECT_EQ(client->assignment()->current(), nullptr);
}

TEST_F(Assigners, ServeOnlyTheMethodsWhoseCapabilitiesTheyShow) {
    own_children own(loop_.get_executor(), children_, bounds_);
    shared_children shared(loop_.get_executor(), children_, bounds_, *this);
    fresh_children fresh(loop_.get_executor(), children_, bounds_, 0);
    struct row {
        const char* method;
        bool is_shared_served;
        bool is_fresh_served;
    };
    const row rows[] = {{"tools/call", true, true},     {"logging/setLevel", false, true},     {"tasks/get", true, false},
                        {"tasks/any", true, false},     {"resources/subscribe", true, false},  {R"(resources\/unsubscribe)", true, false},
                        {"resources/read", true, true}, {R"(logging\/setLevel)", false, true}, {"x_vendor/tasks/get", true, true}};
    for (const row& each : rows) {
        const std::string text = R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(each.method) + R"("})";
        EXPECT_EQ(open(own, "s")->assignment()->method_fault(envelope_of(text)), nullptr) << each.method;
        EXPECT_EQ(open(shared, "s")->assignment()->method_fault(envelope_of(text)) == nullptr, each.is_shared_served) << each.method;
        EXPECT_EQ(open(fresh, "s")->assignment()->method_fault(envelope_of(text)) == nullptr, each.is_fresh_served) << each.method;
    }
    EXPECT_TRUE(own.unserved_capabilities(true).empty());
    EXPECT_EQ(shared.unserved_capabilities(false).size(), 1U);
    EXPECT_EQ(shared.unserved_capabilities(true).size(), 2U);
    EXPECT_EQ(fresh.unserved_capabilities(false).size(), 5U);
    EXPECT_TRUE(open(fresh, "s")->assignment()->ignores_tasks());
}

TEST_F(Assigners, RefuseSessionsAndCallsInACrashLoop) {
    own_children own(loop_.get_executor(), children_, bounds_);
    shared_children shared(loop_.get_executor(), children_, bounds_, *this);
    fresh_children fresh(loop_.get_executor(), children_, bounds_, 0);
    const std::vector<assigner*> all{&own, &shared, &fresh};
    std::vector<std::shared_ptr<session>> clients;
    for (assigner* each : all) {
        clients.push_back(open(*each, "s"));
        EXPECT_FALSE(each->refusal("p"));
        EXPECT_FALSE(clients.back()->refusal());
    }
    make_crash_loop();
    for (assigner* each : all) {
        ASSERT_TRUE(each->refusal("p"));
        EXPECT_TRUE(each->refusal("p")->is_at_limit());
        EXPECT_THAT(each->last_failure(), HasSubstr("it fell over"));
    }
    for (const auto& each : clients) EXPECT_TRUE(each->refusal());
}

}  // namespace
}  // namespace bridge::session
