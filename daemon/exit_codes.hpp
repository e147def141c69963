// What the shell learns from `weir`. Documented in docs/cli.md and `weir --help`.
#pragma once

#include "scheduler/model/result.hpp"

namespace weir::daemon {

enum ExitCode : int {
    kOk = 0,
    kFailed = 1,       // the run, task or check failed
    kInvalid = 2,      // wrong usage, or a file with errors
    kUnreachable = 3,  // no daemon answers
    kNotFound = 4,     // no such DAG, run or task
    kConflict = 5,     // it exists already, or its state forbids this
    kForbidden = 6,    // not logged in, or not allowed
    kInternal = 70,    // a fault of Weir's or of the disk
    kInterrupted = 130,
};

[[nodiscard]] constexpr ExitCode exit_code(model::ErrorKind kind) {
    switch (kind) {
        case model::ErrorKind::invalid:
            return kInvalid;
        case model::ErrorKind::not_found:
            return kNotFound;
        case model::ErrorKind::conflict:
            return kConflict;
        case model::ErrorKind::forbidden:
            return kForbidden;
        case model::ErrorKind::unavailable:
            return kUnreachable;
        case model::ErrorKind::internal:
            return kInternal;
    }
    return kInternal;
}

}  // namespace weir::daemon
