// A session and its child, without a process: the child is a link in memory.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/session/session.hpp"
#include "tests/unit/session/memory_link.hpp"

namespace bridge::session {

/// Runs all calls on one link.
class only_link final : public child_assignment {
public:
    explicit only_link(std::shared_ptr<child::link> link) : link_(std::move(link)) {}

    std::shared_ptr<child::link> current() override { return link_; }
    core::task<child::granted<std::shared_ptr<child::link>>> acquire(std::function<bool()>) override { co_return link_; }
    std::optional<child::refusal> refusal() const override { return std::nullopt; }
    std::optional<child::fair_share::part> occupy(const child::link&) override { return child::fair_share::part(); }
    core::task<child::granted<std::string>> learn_initialize_result(std::function<bool()>) override { co_return std::string("{}"); }
    void close(const std::string& reason) override { link_->close(reason); }

private:
    std::shared_ptr<child::link> link_;
};

/// Does what a child slot does with a child's own messages: gives them to the owner of the slot.
class forwarding_owner final : public child::link_owner {
public:
    explicit forwarding_owner(child::slot_owner& owner) : owner_(owner) {}

    void on_notification(child::link& source, const jsonrpc::envelope& message) override { owner_.on_child_notification(source, message); }
    void on_request(child::link& source, const jsonrpc::envelope& message) override { owner_.on_child_request(source, message); }
    void on_failure(child::link& source) override { owner_.on_child_failure(source); }
    void on_end(child::link&) override {}

private:
    child::slot_owner& owner_;
};

class SessionOverLink : public testing::Test {
protected:
    SessionOverLink() {
        session_->assign(std::make_shared<only_link>(link_));
        link_->set_owner(owner_);
        reply_->attach();
    }

    std::shared_ptr<exchange> send(std::string_view message) {
        auto call = session_->begin(envelope_of(message), reply_, core::clock::now());
        EXPECT_FALSE(session_->send(envelope_of(message), call));
        loop_.poll();
        return call;
    }
    /// The texts that the client would receive next on `stream`.
    static std::vector<std::string> next(stream& stream) {
        std::vector<std::string> out;
        for (auto& each : stream.remove_waiting()) out.push_back(std::move(each.text));
        return out;
    }
    /// The client posts a notification or an answer.
    void post(std::string_view message) { session_->receive(envelope_of(message), core::clock::now()); }

    boost::asio::io_context loop_;
    core::limits bounds_;
    std::shared_ptr<memory_link> link_ = memory_link::make();
    std::shared_ptr<session> session_ = std::make_shared<session>(
        loop_.get_executor(), session::identity{.id = "s", .principal = "p", .declared = {.sampling = false, .elicitation = false, .roots = true}},
        bounds_, core::clock::now());
    std::shared_ptr<forwarding_owner> owner_ = std::make_shared<forwarding_owner>(*session_);
    std::shared_ptr<stream> reply_ = std::make_shared<stream>(loop_.get_executor(), bounds_, 1);
};

}  // namespace bridge::session
