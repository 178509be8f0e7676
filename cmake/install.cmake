# SPDX-License-Identifier: Apache-2.0
# Installs library, headers, program and a package file, so that find_package(bprop) works (tests/install checks it).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
install(TARGETS bprop EXPORT bprop_targets FILE_SET HEADERS)
install(TARGETS bprop_program)
# A static bprop needs its dependencies at the consumer's link step; the package file finds them again.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/bprop-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
configure_package_config_file(${CMAKE_CURRENT_SOURCE_DIR}/cmake/bprop-config.cmake.in
                              ${CMAKE_CURRENT_BINARY_DIR}/bprop-config.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/bprop)
install(EXPORT bprop_targets NAMESPACE bprop:: FILE bprop-targets.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/bprop)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/bprop-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/bprop-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/bprop)
