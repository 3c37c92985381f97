// The statuses of replies.
#pragma once

#include <string_view>

namespace bridge::http {

/// The number and the reason phrase of a status line.
struct status {
    int code;
    std::string_view reason;
};

namespace statuses {
inline constexpr status ok{200, "OK"};
inline constexpr status accepted{202, "Accepted"};
inline constexpr status no_content{204, "No Content"};
inline constexpr status bad_request{400, "Bad Request"};
inline constexpr status unauthorized{401, "Unauthorized"};
inline constexpr status forbidden{403, "Forbidden"};
inline constexpr status not_found{404, "Not Found"};
inline constexpr status method_not_allowed{405, "Method Not Allowed"};
inline constexpr status not_acceptable{406, "Not Acceptable"};
inline constexpr status content_too_large{413, "Content Too Large"};
inline constexpr status uri_too_long{414, "URI Too Long"};
inline constexpr status unsupported_media_type{415, "Unsupported Media Type"};
inline constexpr status too_many_requests{429, "Too Many Requests"};
inline constexpr status headers_too_large{431, "Request Header Fields Too Large"};
inline constexpr status unavailable{503, "Service Unavailable"};
}  // namespace statuses

}  // namespace bridge::http
