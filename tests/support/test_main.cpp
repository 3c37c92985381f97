// main of every test program: GoogleTest, with the leak check on.
#include <gmock/gmock.h>

#include "tests/support/leak_check.hpp"

int main(int argc, char** argv) {
    testing::InitGoogleMock(&argc, argv);
    testing::UnitTest::GetInstance()->listeners().Append(new test_support::leak_check);
    return RUN_ALL_TESTS();
}
