# SPDX-License-Identifier: BSD-3-Clause
# Flags that every target of ours gets, as an interface target.
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
