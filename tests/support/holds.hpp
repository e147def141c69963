// doctest's REQUIRE where most of a test's time is spent in what holds: it makes no words until something does not.
#pragma once

#include <doctest/doctest.h>

#define REQUIRE_QUICKLY(...)                      \
    do {                                          \
        if (!(__VA_ARGS__)) REQUIRE(__VA_ARGS__); \
    } while (false)
