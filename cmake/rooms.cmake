add_library(weir_warnings INTERFACE)
# A designated initializer names the fields that matter; the others keep the defaults of their struct.
target_compile_options(weir_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                       -Wno-missing-field-initializers -Werror)

# -DWEIR_SANITIZE=address,undefined or =thread builds everything with that sanitizer.
set(WEIR_SANITIZE "" CACHE STRING "Comma-separated list for -fsanitize=")
if(WEIR_SANITIZE)
  add_compile_options(-fsanitize=${WEIR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${WEIR_SANITIZE})
endif()

# Half of what a file's compilation takes is reading the same few headers; these are read once. Every file still names what it
# uses: the debug build has no precompiled headers and says what is missing.
# Equal flags everywhere, or a precompiled header is refused.
add_compile_options(-pthread -Winvalid-pch -fpch-preprocess)
add_compile_definitions(FMT_SHARED _FILE_OFFSET_BITS=64)
set(WEIR_COMMON_HEADERS <algorithm> <array> <charconv> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <optional>
                        <set> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector>
                        <fmt/format.h> <fmt/ranges.h> <nlohmann/json.hpp> <boost/system/result.hpp>)

# weir_precompiled(NAME headers…): what other targets name after REUSE_FROM.
function(weir_precompiled name)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}.cpp CONTENT "")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cpp)
  target_precompile_headers(${name} PRIVATE ${ARGN})
  target_link_libraries(${name} PRIVATE weir_warnings nlohmann_json::nlohmann_json Boost::headers fmt::fmt)
endfunction()
weir_precompiled(weir_precompiled_common ${WEIR_COMMON_HEADERS})
weir_precompiled(weir_precompiled_asio ${WEIR_COMMON_HEADERS}
                 <boost/asio/io_context.hpp> <boost/asio/post.hpp> <boost/asio/steady_timer.hpp> <boost/asio/thread_pool.hpp>
                 <boost/asio/local/stream_protocol.hpp> <boost/asio/generic/stream_protocol.hpp> <boost/asio/ip/tcp.hpp>
                 <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp> <boost/asio/use_awaitable.hpp>
                 <boost/beast/core/basic_stream.hpp> <boost/beast/http.hpp>)
target_link_libraries(weir_precompiled_asio PRIVATE weir_asio)

# weir_room(NAME FOLDER [ROOMS other rooms…] [LINK outside libraries…]): library weir_NAME of all FOLDER/*.cpp.
function(weir_room name folder)
  cmake_parse_arguments(ARG "" "" "ROOMS;LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(sources)
    add_library(weir_${name} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(weir_${name} PRIVATE weir_warnings)
    if(weir_asio IN_LIST ARG_LINK)
      target_precompile_headers(weir_${name} REUSE_FROM weir_precompiled_asio)
    else()
      target_precompile_headers(weir_${name} REUSE_FROM weir_precompiled_common)
    endif()
  else()
    add_library(weir_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  list(TRANSFORM ARG_ROOMS PREPEND weir_)
  target_include_directories(weir_${name} ${scope} ${PROJECT_SOURCE_DIR})
  target_link_libraries(weir_${name} ${scope} ${ARG_ROOMS} ${ARG_LINK})
endfunction()

# Tests are compiled once and run for milliseconds: optimizing them would cost more than it saves.
set(WEIR_TEST_OPTIONS $<$<CONFIG:RelWithDebInfo>:-O0>)
weir_precompiled(weir_precompiled_tests ${WEIR_COMMON_HEADERS} <fstream> <random> <thread> <doctest/doctest.h>)
target_compile_options(weir_precompiled_tests PRIVATE ${WEIR_TEST_OPTIONS})

# An entry of ctest whose name reaches no TEST_CASE runs none, and doctest calls that a success.
set(WEIR_RAN_NOTHING "test cases: +0 ")

# weir_test(NAME FOLDER ROOMS rooms… [TIMEOUT seconds]): program test_NAME of all tests/FOLDER/*_test.cpp,
# one ctest entry for each TEST_CASE.
function(weir_test name folder)
  cmake_parse_arguments(ARG "" "TIMEOUT" "ROOMS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  if(WEIR_SANITIZE)
    math(EXPR ARG_TIMEOUT "10 * ${ARG_TIMEOUT}") # the thread sanitizer makes some things that much slower
  endif()
  add_executable(test_${name} ${sources})
  target_compile_options(test_${name} PRIVATE ${WEIR_TEST_OPTIONS})
  target_precompile_headers(test_${name} REUSE_FROM weir_precompiled_tests)
  list(TRANSFORM ARG_ROOMS PREPEND weir_)
  target_link_libraries(test_${name} PRIVATE ${ARG_ROOMS} weir_test_support weir_warnings)
  doctest_discover_tests(test_${name} TEST_PREFIX "${name}: "
                         PROPERTIES TIMEOUT ${ARG_TIMEOUT} FAIL_REGULAR_EXPRESSION "${WEIR_RAN_NOTHING}")
endfunction()
