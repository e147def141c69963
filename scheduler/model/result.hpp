// An expected failure is a value: Result<T> holds a T or an Error that a user can act on.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <utility>

namespace weir::model {

// What kind of failure, so that HTTP statuses and exit codes follow from one place.
enum class ErrorKind {
    invalid,      // the request or the file is wrong: 422, exit 2
    not_found,    // 404
    conflict,     // it exists already, or its state forbids this: 409
    forbidden,    // 403
    unavailable,  // full, shutting down, or a server can't be reached: 503
    internal,     // a fault of ours or of the disk: 500
};

// `message` names the place and the remedy, in one or two plain sentences.
struct Error {
    ErrorKind kind = ErrorKind::invalid;
    std::string message;
};

template <class T = void>
using Result = boost::system::result<T, Error>;

// A value as a Result, for a T that converts to anything, as Json does.
template <class T>
[[nodiscard]] Result<T> success(T value) {
    return {boost::system::in_place_value, std::move(value)};
}

// Reading the value of a failed Result is a bug, never an expected event.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace weir::model
