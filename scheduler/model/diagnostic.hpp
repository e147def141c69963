// What is wrong in a file of the user's, where, and what to do about it.
#pragma once

#include <string>

namespace weir::model {

struct Diagnostic {
    std::string file;
    int line = 0;    // from 1; 0 when the whole file is meant
    int column = 0;  // from 1, in bytes
    std::string message;

    bool operator==(const Diagnostic&) const = default;
};

// "etl.yaml:14:12: task 'load' needs unknown 'extrct'; did you mean 'extract'?"
[[nodiscard]] std::string to_text(const Diagnostic& diagnostic);

}  // namespace weir::model
