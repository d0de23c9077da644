# SPDX-License-Identifier: BSD-3-Clause
# find_package(numloom): the library, its headers and cmake/numloomConfig.cmake. In a wheel everything lies inside the package.
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
write_basic_package_version_file(${PROJECT_BINARY_DIR}/numloomConfigVersion.cmake COMPATIBILITY SameMinorVersion)
set(config_files ${PROJECT_SOURCE_DIR}/cmake/numloomConfig.cmake ${PROJECT_SOURCE_DIR}/cmake/numloomModules.cmake)
install(FILES ${config_files} ${PROJECT_BINARY_DIR}/numloomConfigVersion.cmake
  DESTINATION ${prefix}${libdir}/cmake/numloom)
# The build folder serves find_package as well: python -m numloom --cmake-dir names it there.
export(EXPORT numloom_targets NAMESPACE numloom:: FILE ${PROJECT_BINARY_DIR}/numloomTargets.cmake)
foreach(file ${config_files})
  file(COPY ${file} DESTINATION ${PROJECT_BINARY_DIR})
endforeach()
if(NUMLOOM_PYTHON)
  install(TARGETS numloom_python LIBRARY DESTINATION numloom)
endif()
