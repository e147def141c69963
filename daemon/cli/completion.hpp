// Completion scripts, made from the arguments as main.cpp declares them.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace weir::daemon::cli {

int print_completion(const CLI::App& app, const std::string& shell);

}  // namespace weir::daemon::cli
