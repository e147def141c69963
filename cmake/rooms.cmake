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

# weir_room(NAME FOLDER [ROOMS other rooms…] [LINK outside libraries…]): library weir_NAME of all FOLDER/*.cpp.
function(weir_room name folder)
  cmake_parse_arguments(ARG "" "" "ROOMS;LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(sources)
    add_library(weir_${name} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(weir_${name} PRIVATE weir_warnings)
  else()
    add_library(weir_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  list(TRANSFORM ARG_ROOMS PREPEND weir_)
  target_include_directories(weir_${name} ${scope} ${PROJECT_SOURCE_DIR})
  target_link_libraries(weir_${name} ${scope} ${ARG_ROOMS} ${ARG_LINK})
endfunction()

# weir_test(NAME FOLDER ROOMS rooms… [TIMEOUT seconds]): program test_NAME of all tests/FOLDER/*_test.cpp,
# one ctest entry for each TEST_CASE.
function(weir_test name folder)
  cmake_parse_arguments(ARG "" "TIMEOUT" "ROOMS;LABELS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  add_executable(test_${name} ${sources})
  # Tests are compiled once and run for milliseconds: optimizing them would cost more than it saves.
  target_compile_options(test_${name} PRIVATE $<$<CONFIG:RelWithDebInfo>:-O0>)
  list(TRANSFORM ARG_ROOMS PREPEND weir_)
  target_link_libraries(test_${name} PRIVATE ${ARG_ROOMS} weir_test_support weir_warnings)
  doctest_discover_tests(test_${name} TEST_PREFIX "${name}: " PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()
