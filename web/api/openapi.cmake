# Turns web/api/openapi.yaml into generated/web/api/openapi.json, for tests and programs, and openapi.hpp, which weir_api embeds.
# Debian's own python3, because it is the one that python3-yaml belongs to.
find_program(WEIR_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
set(WEIR_OPENAPI ${PROJECT_BINARY_DIR}/generated/web/api/openapi.json)
set(openapi_header ${PROJECT_BINARY_DIR}/generated/web/api/openapi_document.hpp)
add_custom_command(
  OUTPUT ${WEIR_OPENAPI} ${openapi_header}
  COMMAND ${WEIR_PYTHON} -B ${PROJECT_SOURCE_DIR}/web/api/openapi.py ${PROJECT_SOURCE_DIR}/web/api/openapi.yaml ${WEIR_OPENAPI}
          ${openapi_header}
  DEPENDS ${PROJECT_SOURCE_DIR}/web/api/openapi.yaml ${PROJECT_SOURCE_DIR}/web/api/openapi.py
  COMMENT "Embedding openapi.yaml"
  VERBATIM)
target_sources(weir_api PRIVATE ${openapi_header})
target_include_directories(weir_api PRIVATE ${PROJECT_BINARY_DIR}/generated)
# For tools that read the sources and build nothing of them.
add_custom_target(weir_openapi DEPENDS ${openapi_header})
