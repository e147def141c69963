// Lets a failed REQUIRE(result) print the error's message.
#pragma once

#include <doctest/doctest.h>

#include "scheduler/model/result.hpp"

template <class T>
struct doctest::StringMaker<boost::system::result<T, weir::model::Error>> {
    static String convert(const boost::system::result<T, weir::model::Error>& result) {
        return result ? String("a value") : String(result.error().message.c_str());
    }
};
