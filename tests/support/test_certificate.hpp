// Certificates made for one test run.
#pragma once

#include <string>

namespace test_support {

struct test_certificate {
    std::string certificate_pem;  ///< self-signed: also the authority to trust
    std::string key_pem;
};

/// Makes a certificate that is valid for a day. `alternative_names`: as OpenSSL writes them, such as
/// "IP:127.0.0.1" or "DNS:api.weather.test". Throws `std::runtime_error`.
test_certificate make_certificate(const std::string& alternative_names);

/// Writes `text` to a new file in the temporary folder; removed with the object.
class temporary_file {
public:
    explicit temporary_file(const std::string& text);
    ~temporary_file();
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

}  // namespace test_support
