# Included by the top-level CMakeLists.txt: turns the .sql files of this folder into migrations/embedded.hpp, in the build folder.
file(GLOB migration_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/migrations/*.sql)
set(embedded ${PROJECT_BINARY_DIR}/generated/migrations/embedded.hpp)
add_custom_command(
  OUTPUT ${embedded}
  COMMAND ${CMAKE_COMMAND} -DOUTPUT=${embedded} "-DFILES=${migration_files}" -P ${PROJECT_SOURCE_DIR}/migrations/embed.cmake
  DEPENDS ${migration_files} ${PROJECT_SOURCE_DIR}/migrations/embed.cmake
  COMMENT "Embedding migrations"
  VERBATIM)
target_sources(weir_migrations PRIVATE ${embedded})
target_include_directories(weir_migrations PRIVATE ${PROJECT_BINARY_DIR}/generated)
