# SPDX-License-Identifier: BSD-3-Clause
# Flags that every target of ours gets, as an interface target.
include(CMakeDependentOption)
add_library(numloom_flags INTERFACE)
target_compile_options(numloom_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wconversion>
  # Plain arithmetic is the same on every device and level: no fused multiply-add unless written.
  $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off>)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(numloom_flags INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>               # false alarms in std::string
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-maybe-uninitialized>)   # false alarms in unrolled loops at -O3
endif()
if(NUMLOOM_WERROR)
  target_compile_options(numloom_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Werror>)
endif()
if(NUMLOOM_SANITIZE)
  target_compile_options(numloom_flags INTERFACE -fsanitize=${NUMLOOM_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=undefined)
  target_link_options(numloom_flags INTERFACE -fsanitize=${NUMLOOM_SANITIZE})
endif()

# Of a release build: -O3 is for loops over elements. Code that plans work, and code that runs once or waits for a
# compiler, compile in less time without.
set(numloom_planning_level "")
set(numloom_cold_level "")
if(NOT NUMLOOM_SANITIZE)
  set(numloom_planning_level -O2)
  set(numloom_cold_level -O1)
endif()

# The standard library's headers are half of the time that a short file takes. Only they are precompiled: what a file
# includes of ours is still up to it, and ninja knows. ccache keeps whole objects, and would have to be told of this.
set(numloom_launched_by_ccache OFF)
if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES ccache)
  set(numloom_launched_by_ccache ON)
endif()
cmake_dependent_option(NUMLOOM_PCH "Precompile the standard library's headers" ON
  "NOT numloom_launched_by_ccache" OFF)
set(numloom_std_headers <algorithm> <array> <atomic> <bit> <cmath> <complex> <cstdint> <cstring> <limits> <memory>
  <mutex> <optional> <ostream> <span> <sstream> <stdexcept> <string> <string_view> <utility> <variant> <vector>)

# precompile(target headers...): unless NUMLOOM_PCH is off.
function(precompile target)
  if(NUMLOOM_PCH)
    target_precompile_headers(${target} PRIVATE ${ARGN} ${numloom_std_headers})
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
      # False alarms in std::string, which g++ 12 keeps silent only while it knows the text for a system header's.
      target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
    endif()
  endif()
endfunction()

# Half of the time of a short file goes into headers and into templates that its neighbours need as well.
option(NUMLOOM_UNITY "Compile several short sources as one" ON)

# compile_together(target): unless NUMLOOM_UNITY is off. Names in the anonymous namespaces of a folder then differ.
function(compile_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${NUMLOOM_UNITY} UNITY_BUILD_BATCH_SIZE 6)
  if(NUMLOOM_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)  # g++ takes what a source includes for a header
  endif()
endfunction()
