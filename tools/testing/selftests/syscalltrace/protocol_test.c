// SPDX-License-Identifier: GPL-2.0
#include "../kselftest_harness.h"
TEST(a) { }
TEST_HARNESS_MAIN
