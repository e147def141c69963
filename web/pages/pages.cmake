# Included by the top-level CMakeLists.txt: builds web/ui with npm and Vite, and embeds what comes out into the room `pages`.
# Everything happens in a copy below the build folder, so that the source tree stays as it is.
find_program(WEIR_NODE node)
find_program(WEIR_NPM npm)
if(NOT WEIR_NODE OR NOT WEIR_NPM)
  message(FATAL_ERROR "node and npm are needed for the pages of web/ui; ./dev setup installs them")
endif()
set(ui ${PROJECT_SOURCE_DIR}/web/ui)
set(ui_copy ${PROJECT_BINARY_DIR}/ui/source)
set(ui_out ${PROJECT_BINARY_DIR}/ui/dist)
set(ui_packages ${PROJECT_BINARY_DIR}/ui/packages.stamp)
set(ui_bundle ${PROJECT_BINARY_DIR}/ui/bundle.cpp)
set(ui_blob ${PROJECT_BINARY_DIR}/ui/bundle.blob)

# npm's own list of packages: installed again only when it changes. Without a network, npm's cache is enough.
set(ui_package_files ${ui}/package.json ${ui}/package-lock.json ${ui}/.npmrc)
add_custom_command(
  OUTPUT ${ui_packages}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${ui_copy}
  COMMAND ${CMAKE_COMMAND} -E copy ${ui_package_files} ${ui_copy}
  COMMAND ${CMAKE_COMMAND} -E chdir ${ui_copy}
          ${WEIR_NPM} ci --prefer-offline --ignore-scripts --no-audit --no-fund --loglevel=error
  COMMAND ${CMAKE_COMMAND} -E touch ${ui_packages}
  DEPENDS ${ui_package_files}
  COMMENT "Installing the packages of web/ui"
  VERBATIM)

file(GLOB_RECURSE ui_files CONFIGURE_DEPENDS ${ui}/src/* ${ui}/public/*)
set(ui_top_files ${ui}/index.html ${ui}/vite.config.ts ${ui}/tsconfig.json)
add_custom_command(
  OUTPUT ${ui_bundle} ${ui_blob}
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${ui_copy}/src ${ui_copy}/public
  COMMAND ${CMAKE_COMMAND} -E copy_directory ${ui}/src ${ui_copy}/src
  COMMAND ${CMAKE_COMMAND} -E copy_directory ${ui}/public ${ui_copy}/public
  COMMAND ${CMAKE_COMMAND} -E copy ${ui_top_files} ${ui_copy}
  COMMAND ${CMAKE_COMMAND} -E chdir ${ui_copy}
          ${CMAKE_COMMAND} -E env WEIR_UI_OUT=${ui_out} ${WEIR_NPM} run --silent build -- --logLevel=warn
  COMMAND ${WEIR_NODE} ${PROJECT_SOURCE_DIR}/web/pages/pack.mjs ${ui_out} ${ui_bundle} ${ui_blob}
  DEPENDS ${ui_packages} ${ui_files} ${ui_top_files} ${PROJECT_SOURCE_DIR}/web/pages/pack.mjs
  COMMENT "Building the pages of web/ui"
  VERBATIM)
target_sources(weir_pages PRIVATE ${ui_bundle})
set_source_files_properties(${ui_bundle} PROPERTIES OBJECT_DEPENDS ${ui_blob} SKIP_PRECOMPILE_HEADERS ON)

# The pages' own tests run beside the sources that were built, and the API's description where these expect it.
file(GLOB_RECURSE ui_tests CONFIGURE_DEPENDS ${ui}/tests/*)
add_custom_command(
  OUTPUT ${PROJECT_BINARY_DIR}/ui/tests.stamp
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${ui_copy}/tests
  COMMAND ${CMAKE_COMMAND} -E copy_directory ${ui}/tests ${ui_copy}/tests
  COMMAND ${CMAKE_COMMAND} -E copy ${ui}/vitest.browser.config.ts ${ui_copy}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${PROJECT_BINARY_DIR}/ui/api
  COMMAND ${CMAKE_COMMAND} -E copy ${PROJECT_SOURCE_DIR}/web/api/openapi.yaml ${PROJECT_BINARY_DIR}/ui/api
  COMMAND ${CMAKE_COMMAND} -E touch ${PROJECT_BINARY_DIR}/ui/tests.stamp
  DEPENDS ${ui_packages} ${ui_tests} ${ui}/vitest.browser.config.ts ${PROJECT_SOURCE_DIR}/web/api/openapi.yaml
  VERBATIM)
add_custom_target(weir_ui_tests ALL DEPENDS ${PROJECT_BINARY_DIR}/ui/tests.stamp)
foreach(part check test)
  add_test(NAME "ui: npm run ${part}" COMMAND ${WEIR_NPM} run --silent ${part} WORKING_DIRECTORY ${ui_copy})
  set_tests_properties("ui: npm run ${part}" PROPERTIES TIMEOUT 300)
endforeach()

# In a real browser, against the program. Pages are shown to who is logged in: without the routes of logins there is none to test.
add_test(NAME "ui: npm run test:browser" COMMAND ${WEIR_NPM} run --silent test:browser WORKING_DIRECTORY ${ui_copy})
set_tests_properties("ui: npm run test:browser" PROPERTIES LABELS ui TIMEOUT 1500 RUN_SERIAL TRUE
  ENVIRONMENT "WEIR_PROGRAM=$<TARGET_FILE:weir>;WEIR_UI_SHOTS=${PROJECT_BINARY_DIR}/ui-screenshots")
if(NOT EXISTS ${PROJECT_SOURCE_DIR}/web/api/auth.cpp)
  set_tests_properties("ui: npm run test:browser" PROPERTIES DISABLED TRUE)
endif()
