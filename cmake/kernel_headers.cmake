# SPDX-License-Identifier: BSD-3-Clause
# The headers that kernels from strings are compiled with, as texts inside the library: nothing to install or to find.
set(kernel_header_files
  src/sim/device_atomics.hpp src/sim/device_functions.hpp src/sim/device_warp.hpp src/sim/engine.hpp src/sim/simt.hpp
  kernels/target.hpp kernels/types.hpp kernels/complex.hpp kernels/float16.hpp kernels/cast.hpp)
file(GLOB prelude_files RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/kernels/prelude/*.hpp
  ${PROJECT_SOURCE_DIR}/kernels/prelude/host/*.h)
list(APPEND kernel_header_files ${prelude_files})
set(text "// SPDX-License-Identifier: BSD-3-Clause\n#include \"kernel/headers.hpp\"\n\nnamespace numloom::kernel_detail {\n\nconst embedded_header embedded_headers[] = {\n")
foreach(name ${kernel_header_files})
  file(READ ${PROJECT_SOURCE_DIR}/${name} content)
  get_filename_component(short ${name} NAME)
  string(APPEND text "    {\"${short}\", R\"NLH(${content})NLH\"},\n")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${name})
endforeach()
string(APPEND text "    {nullptr, nullptr}};\n\n}  // namespace numloom::kernel_detail\n")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/kernel_headers.cpp CONTENT "${text}" @ONLY)
