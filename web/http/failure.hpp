// An expected failure of the network as a value: what went wrong, where, and what to do about it, in words.
#pragma once

#include <boost/system/result.hpp>
#include <string>

namespace weir::http {

struct Failure {
    std::string message;
};

template <class T = void>
using Outcome = boost::system::result<T, Failure>;

// Reading the value of a failed Outcome is a bug, never an expected event.
[[noreturn]] void throw_exception_from_error(const Failure& failure, const boost::source_location& where);

}  // namespace weir::http
