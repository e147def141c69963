# cmake -DOUTPUT=embedded.hpp "-DFILES=a.sql;b.sql" -P embed.cmake: a C++ array of the files, in the order of their numbers.
list(SORT FILES COMPARE NATURAL)
set(rows "")
set(expected 1)
foreach(file IN LISTS FILES)
  get_filename_component(stem ${file} NAME_WE)
  if(NOT stem MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)$")
    message(FATAL_ERROR "${file}: name it 0001_words_in_snake_case.sql")
  endif()
  set(name ${CMAKE_MATCH_2})
  string(REGEX REPLACE "^0+" "" number ${CMAKE_MATCH_1})
  if(NOT number EQUAL expected)
    message(FATAL_ERROR "${file}: the next migration's number is ${expected}")
  endif()
  math(EXPR expected "${expected} + 1")
  file(READ ${file} sql)
  string(APPEND rows "    {${number}, \"${name}\", R\"migration(${sql})migration\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Made by migrations/embed.cmake.
#pragma once

namespace weir::migrations {

inline constexpr Migration kEmbedded[] = {
${rows}};

}  // namespace weir::migrations
")
