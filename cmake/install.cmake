# SPDX-License-Identifier: BSD-3-Clause
# numloom::numloom for find_package(numloom). In a wheel everything lies inside the package.
include(CMakePackageConfigHelpers)
if(SKBUILD)
  set(prefix numloom/)
  set(libdir lib)
else()
  set(prefix "")
  set(libdir ${CMAKE_INSTALL_LIBDIR})
endif()
install(TARGETS numloom EXPORT numloom_targets
  LIBRARY DESTINATION ${prefix}${libdir} NAMELINK_COMPONENT development INCLUDES DESTINATION ${prefix}include)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/numloom DESTINATION ${prefix}include)
install(EXPORT numloom_targets NAMESPACE numloom:: FILE numloomTargets.cmake
  DESTINATION ${prefix}${libdir}/cmake/numloom)
file(WRITE ${PROJECT_BINARY_DIR}/numloomConfig.cmake "include(\"\${CMAKE_CURRENT_LIST_DIR}/numloomTargets.cmake\")\n")
write_basic_package_version_file(${PROJECT_BINARY_DIR}/numloomConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/numloomConfig.cmake ${PROJECT_BINARY_DIR}/numloomConfigVersion.cmake
  DESTINATION ${prefix}${libdir}/cmake/numloom)
if(NUMLOOM_PYTHON)
  install(TARGETS numloom_python LIBRARY DESTINATION numloom)
endif()
