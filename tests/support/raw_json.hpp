// Looks into JSON without parsing it, so that a test can compare bytes: every view is raw text of the input.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test_support {

/// The raw value of `object`'s member `name` (the name as it is spelled, without escapes); empty if there is none.
std::string_view member(std::string_view object, std::string_view name);

/// The raw members of an object, names with their quotes, in their order; none if `object` is not one.
std::vector<std::pair<std::string_view, std::string_view>> members(std::string_view object);

/// The raw elements of an array; none if `array` is not one.
std::vector<std::string_view> elements(std::string_view array);

/// Follows member names and array indexes: `at(answer, "result/content/0/text")`. Empty if the way ends early.
std::string_view at(std::string_view text, std::string_view path);

/// The text that a raw JSON string spells; what is not a string is given back as it is.
std::string unquoted(std::string_view raw);

/// `text` as a JSON string. Bytes above 0x7f pass as they are.
std::string quoted_json(std::string_view text);

/// A raw integer, or `otherwise` if there is none.
long integer(std::string_view raw, long otherwise);

}  // namespace test_support
