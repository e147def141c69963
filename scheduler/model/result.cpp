#include "scheduler/model/result.hpp"

#include <stdexcept>

namespace weir::model {

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
    throw std::logic_error("value() of a failed result at " + where.to_string() + ": " + error.message);
}

}  // namespace weir::model
