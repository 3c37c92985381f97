#include "tests/support/worst_cases.hpp"

#include <algorithm>
#include <string_view>

namespace test_support {
namespace {

constexpr std::string_view call_head = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)";

// As many times as fits into `bytes`, at least once.
std::string repeated(std::string_view piece, std::size_t bytes) {
    std::string out;
    out.reserve(bytes + piece.size());
    do {
        out += piece;
    } while (out.size() + piece.size() <= bytes);
    return out;
}

// Returns a text of about `bytes` that repeats `piece`, with `separator` between the pieces.
std::string listed(std::string_view piece, std::size_t bytes, std::string_view separator = ",") {
    std::string out = repeated(std::string(piece) + std::string(separator), bytes);
    out.resize(out.size() - separator.size());
    return out;
}

std::string call(std::string_view params) {
    std::string out(call_head);
    out += params;
    return out + '}';
}

std::string call_with_text(std::string_view piece, std::size_t bytes) {
    return call(R"({"arguments":{"text":")" + repeated(piece, bytes) + R"("}})");
}

// Each of the two costs little by itself. An escape makes a reader decode the key.
std::string long_key_over_many_members(std::size_t bytes) {
    return R"({"\n)" + repeated("a", bytes / 2) + R"(":{)" + listed(R"("":0)", bytes / 2) + "}}";
}

std::string long_key_that_is_valid(std::size_t bytes) {
    return R"({"jsonrpc":"2.0","id":1,"method":"m",")" + repeated(R"(\u0061)", bytes / 2) + R"(":{)" + listed(R"("":0)", bytes / 2) + "}}";
}

std::string long_key_in_params(std::size_t bytes) {
    return call(R"({")" + repeated(R"(\u005f)", bytes / 2) + R"(":{)" + listed(R"("":0)", bytes / 2) + "}}");
}

std::string long_key_in_meta(std::size_t bytes) {
    return call(R"({"_meta":{")" + repeated(R"(\u0061)", bytes / 2) + R"(":{)" + listed(R"("":{"":0})", bytes / 2) + "}}}");
}

std::string empty_keys(std::size_t bytes) {
    return call(R"({"arguments":{)" + listed(R"("":0)", bytes) + "}}");
}

std::string keys_like_members(std::size_t bytes) {
    return R"({"jsonrpc":"2.0","id":1,"method":"m",)" +
           listed(R"("\u0070\u0061\u0072\u0061\u006d\u0053":0,"resulT":0,"errox":0,"\u0069_":0)", bytes) + "}";
}

std::string keys_like_params(std::size_t bytes) {
    return call("{" + listed(R"("\u005f\u006d\u0065\u0074\u0041":0,"progressTokem":0,"requestIx":0)", bytes) + "}");
}

std::string keys_like_meta(std::size_t bytes) {
    return call(R"({"_meta":{)" + listed(R"("\u0070\u0072\u006f\u0067\u0072\u0065\u0073\u0073\u0054\u006f\u006b\u0065\u006d":0)", bytes) + "}}");
}

std::string members_of_objects(std::size_t bytes) {
    return call(R"({"arguments":[)" + listed("{}", bytes) + "]}");
}

std::string plain_text(std::size_t bytes) {
    return call_with_text("plain text ", bytes);
}
std::string simple_escapes(std::size_t bytes) {
    return call_with_text(R"(\n)", bytes);
}
std::string unicode_escapes(std::size_t bytes) {
    return call_with_text(R"(\ud83d\ude00)", bytes);
}
std::string two_byte_characters(std::size_t bytes) {
    return call_with_text("\xC3\xA9", bytes);
}
std::string four_byte_characters(std::size_t bytes) {
    return call_with_text("\xF0\x9F\x98\x80", bytes);
}

std::string long_method(std::size_t bytes) {
    return R"({"jsonrpc":"2.0","id":1,"method":")" + repeated(R"(\u0061)", bytes) + R"("})";
}

std::string long_id(std::size_t bytes) {
    return R"({"jsonrpc":"2.0","id":")" + repeated(R"(\u0031)", bytes) + R"(","method":"ping"})";
}

std::string long_token(std::size_t bytes) {
    return call(R"({"_meta":{"progressToken":")" + repeated("1", bytes) + R"("}})");
}

std::string long_number(std::size_t bytes) {
    return call(R"({"arguments":{"n":)" + repeated("1", bytes) + "}}");
}
std::string small_numbers(std::size_t bytes) {
    return call(R"({"arguments":{"n":[)" + listed("0", bytes) + "]}}");
}
std::string odd_numbers(std::size_t bytes) {
    return call(R"({"arguments":{"n":[)" + listed("-1.5e+9", bytes) + "]}}");
}
std::string words(std::size_t bytes) {
    return call(R"({"arguments":{"n":[)" + listed("null", bytes) + "]}}");
}

std::string depth(std::size_t bytes) {
    constexpr std::size_t levels = 200;
    return call(R"({"arguments":[)" + listed(repeated("[", levels) + repeated("]", levels), bytes) + "]}");
}

std::string depth_of_objects(std::size_t bytes) {
    std::string one = "0";
    for (int level = 0; level < 200; ++level) one = R"({"":)" + one + '}';
    return call(R"({"arguments":[)" + listed(one, bytes) + "]}");
}

std::string space_between(std::size_t bytes) {
    return call(R"({"arguments":)" + repeated(" \t", bytes) + "{}}");
}
std::string line_breaks(std::size_t bytes) {
    return call(R"({"arguments":)" + repeated("\r", bytes) + "{}}");
}
std::string space_in_front(std::size_t bytes) {
    return repeated(" ", bytes) + call("{}");
}
std::string space_behind(std::size_t bytes) {
    return call("{}") + repeated(" ", bytes);
}
std::string space_around_a_task(std::size_t bytes) {
    const std::string space = repeated(" ", bytes / 4);
    return call("{" + space + R"("task":{})" + space + R"(,"name":"echo")" + space + R"(,"arguments":{})" + space + "}");
}
std::string space_between_members(std::size_t bytes) {
    return call(R"({"arguments":[)" + listed(" \t0", bytes, " ,") + "]}");
}

std::string large_answer(std::size_t bytes) {
    return R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":")" + repeated("large answer ", bytes) + R"("}]}})";
}

std::string answer_with_its_id_last(std::size_t bytes) {
    return R"({"result":{"content":[{"type":"text","text":")" + repeated(R"(\"id\":1,)", bytes) + R"("}]},"jsonrpc":"2.0","id":1})";
}

std::string answer_of_ids(std::size_t bytes) {
    return R"({"result":[)" + listed(R"({"id":1})", bytes) + R"(],"jsonrpc":"2.0","id":1})";
}

std::string members_that_are_ids(std::size_t bytes) {
    return R"({"jsonrpc":"2.0","result":{"x":{)" + listed(R"("id":1)", bytes) + "}]}";
}

std::string large_error(std::size_t bytes) {
    return R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":")" + repeated(R"(\")", bytes) + R"("}})";
}

std::string large_notification(std::size_t bytes) {
    return R"({"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":")" + repeated("noise ", bytes) + R"("}})";
}

std::string cut_off_string(std::size_t bytes) {
    return std::string(call_head) + R"({"a":")" + repeated("a", bytes);
}
std::string cut_off_depth(std::size_t bytes) {
    return std::string(call_head) + R"({"a":[)" + repeated("{},", bytes);
}

constexpr worst_case messages[] = {
    {"a long key over many members", long_key_over_many_members},
    {"a long escaped key over many members", long_key_that_is_valid},
    {"a long key in params over many members", long_key_in_params},
    {"a long key in _meta over many members", long_key_in_meta},
    {"many empty keys", empty_keys},
    {"many keys like those of a message", keys_like_members},
    {"many keys like those of params", keys_like_params},
    {"many keys like those of _meta", keys_like_meta},
    {"many empty objects", members_of_objects},
    {"a long plain text", plain_text},
    {"a text of simple escapes", simple_escapes},
    {"a text of unicode escapes", unicode_escapes},
    {"a text of two-byte characters", two_byte_characters},
    {"a text of four-byte characters", four_byte_characters},
    {"a long escaped method", long_method},
    {"a long escaped id", long_id},
    {"a long progress token", long_token},
    {"a long number", long_number},
    {"many small numbers", small_numbers},
    {"many odd numbers", odd_numbers},
    {"many words", words},
    {"depth", depth},
    {"depth of objects", depth_of_objects},
    {"white space between tokens", space_between},
    {"line breaks between tokens", line_breaks},
    {"white space in front", space_in_front},
    {"white space behind", space_behind},
    {"white space between members", space_between_members},
    {"white space around a task", space_around_a_task},
    {"a large answer", large_answer},
    {"an answer with its id behind a text of ids", answer_with_its_id_last},
    {"an answer of objects with ids", answer_of_ids},
    {"an answer that is cut off behind many ids", members_that_are_ids},
    {"a large error", large_error},
    {"a large notification", large_notification},
    {"a string that does not end", cut_off_string},
    {"an array that does not end", cut_off_depth},
};

std::string batch_of_pings(std::size_t bytes) {
    return "[" + listed(R"({"jsonrpc":"2.0","id":1,"method":"ping"})", bytes) + "]";
}
std::string batch_of_notices(std::size_t bytes) {
    return "[" + listed(R"({"jsonrpc":"2.0","method":"notifications/x"})", bytes) + "]";
}
std::string batch_of_answers(std::size_t bytes) {
    return "[" + listed(R"({"jsonrpc":"2.0","id":4711,"result":{}})", bytes) + "]";
}
std::string batch_of_numbers(std::size_t bytes) {
    return "[" + listed("0", bytes) + "]";
}
std::string batch_of_empty_objects(std::size_t bytes) {
    return "[" + listed("{}", bytes) + "]";
}
std::string batch_of_arrays(std::size_t bytes) {
    return "[" + listed("[[]]", bytes) + "]";
}
std::string batch_of_space(std::size_t bytes) {
    return "[" + repeated(" ", bytes / 2) + "0" + repeated("\t", bytes / 2) + "]";
}
std::string batch_of_one(std::size_t bytes) {
    return "[" + plain_text(bytes) + "]";
}
std::string batch_of_a_long_key(std::size_t bytes) {
    return "[" + long_key_that_is_valid(bytes) + "]";
}
std::string batch_that_does_not_end(std::size_t bytes) {
    return "[" + listed(R"({"jsonrpc":"2.0","id":1,"method":"ping"})", bytes) + ",";
}

constexpr worst_case batches[] = {
    {"a batch of pings", batch_of_pings},
    {"a batch of notifications", batch_of_notices},
    {"a batch of answers", batch_of_answers},
    {"a batch of numbers", batch_of_numbers},
    {"a batch of empty objects", batch_of_empty_objects},
    {"a batch of arrays", batch_of_arrays},
    {"a batch of white space", batch_of_space},
    {"a batch of one large message", batch_of_one},
    {"a batch with a long key over many members", batch_of_a_long_key},
    {"a batch that does not end", batch_that_does_not_end},
};

std::string secrets_only(std::size_t bytes) {
    return repeated(repeated_secret, bytes);
}
std::string secrets_apart(std::size_t bytes) {
    return repeated(std::string(repeated_secret) + "-", bytes);
}
std::string begun_secrets(std::size_t bytes) {
    return repeated("aaaaaaab", bytes);
}
std::string invalid_bytes(std::size_t bytes) {
    return repeated("\xFF", bytes);
}
std::string message_of_invalid_bytes(std::size_t bytes) {
    return call_with_text("\xC3", bytes);
}
std::string invalid_byte_at_the_end(std::size_t bytes) {
    return call_with_text("text", bytes) + "\xFF";
}
std::string control_characters(std::size_t bytes) {
    return repeated("\x01", bytes);
}
std::string blank_line(std::size_t bytes) {
    return repeated(" ", bytes);
}
std::string braces(std::size_t bytes) {
    return "x" + repeated("{", bytes);
}
std::string text_before_a_message(std::size_t bytes) {
    return repeated("progress... ", bytes / 2) + plain_text(bytes / 2);
}
std::string text_before_cut_off_messages(std::size_t bytes) {
    return repeated(R"(x {"a":)", bytes);
}

std::string several_messages(std::size_t bytes) {
    return repeated(R"({"jsonrpc":"2.0","method":"notifications/x"})", bytes);
}
std::string several_objects(std::size_t bytes) {
    return repeated("{}", bytes);
}
std::string broken_objects(std::size_t bytes) {
    return repeated(R"({"":x )", bytes);
}
std::string broken_answers(std::size_t bytes) {
    return repeated(R"({"jsonrpc":"2.0","id":4711,"result":NaN})", bytes);
}
std::string answer_with_a_bad_end(std::size_t bytes) {
    return R"({"jsonrpc":"2.0","id":4711,"result":[)" + listed(R"({"":[]})", bytes) + ",NaN]}";
}

std::string broken_answer_with_space(std::size_t bytes) {
    const std::string space = repeated(" ", bytes / 4);
    return R"({"jsonrpc":)" + space + R"("2.0",)" + space + R"("id":)" + space + "4711" + space + R"(,"result":NaN})";
}
std::string broken_answer_with_a_long_id(std::size_t bytes) {
    return R"({"jsonrpc":"2.0","id":)" + repeated("1", bytes) + R"(,"result":NaN})";
}
std::string broken_answer_with_a_long_name(std::size_t bytes) {
    return R"({"jsonrpc":"2.0","id":4711,"id)" + repeated(R"(\u0000)", bytes) + R"(":1,"result":NaN})";
}

constexpr worst_case garbage[] = {
    {"secrets only", secrets_only},
    {"secrets apart", secrets_apart},
    {"secrets that only begin", begun_secrets},
    {"bytes that are no UTF-8", invalid_bytes},
    {"a message of bytes that are no UTF-8", message_of_invalid_bytes},
    {"a message with a bad byte at its end", invalid_byte_at_the_end},
    {"control characters", control_characters},
    {"a blank line", blank_line},
    {"braces", braces},
    {"text before a message", text_before_a_message},
    {"text before messages that are cut off", text_before_cut_off_messages},
    {"several messages", several_messages},
    {"several empty objects", several_objects},
    {"objects that are no JSON", broken_objects},
    {"several answers that are no JSON", broken_answers},
    {"an answer that is no JSON at its end", answer_with_a_bad_end},
    {"an answer that is no JSON, with white space", broken_answer_with_space},
    {"an answer that is no JSON, with a long id", broken_answer_with_a_long_id},
    {"an answer that is no JSON, with a long name", broken_answer_with_a_long_name},
};

}  // namespace

std::span<const worst_case> worst_messages() {
    return messages;
}
std::span<const worst_case> worst_batches() {
    return batches;
}
std::span<const worst_case> worst_garbage() {
    return garbage;
}

}  // namespace test_support
