// SPDX-License-Identifier: BSD-3-Clause
// runtime.hpp on a GPU, by the statically linked CUDA runtime. The only host file that includes a CUDA
// header.
#include <cuda_runtime_api.h>

#include <deque>
#include <mutex>
#include <optional>

#include "runtime_internal.hpp"

namespace numloom::cuda_runtime {
namespace {

cudaStream_t stream_of(stream_handle stream) { return static_cast<cudaStream_t>(stream); }
cudaEvent_t event_of(event_handle event) { return static_cast<cudaEvent_t>(event); }

// Errors that a kernel leaves behind, and that any later call may be the first to see.
bool from_earlier_work(cudaError_t code) {
  switch (code) {
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchFailure:
    case cudaErrorLaunchTimeout:
    case cudaErrorAssert:
    case cudaErrorMisalignedAddress:
    case cudaErrorIllegalInstruction:
    case cudaErrorHardwareStackError:
    case cudaErrorInvalidPc:
    case cudaErrorInvalidAddressSpace: return true;
    default: return false;
  }
}

[[noreturn]] void fail(cudaError_t code, const std::string& call, const std::string& detail, caller where) {
  cudaGetLastError();  // forget it: it is reported now
  std::string text = cudaGetErrorString(code);
  if (!detail.empty()) text += ": " + detail;
  if (from_earlier_work(code)) text += recent_launches();
  throw cuda_error(static_cast<int>(code), cudaGetErrorName(code), call, text, where);
}

void check(cudaError_t code, const char* call, caller where) {
  if (code != cudaSuccess) fail(code, call, "", where);
}

struct counted_devices {
  int count = 0;  // left alone by the call when there is no driver
  cudaError_t code = cudaSuccess;
};

// A driver that is missing, too old or sees no device is an ordinary machine without a GPU.
const counted_devices& count_devices() noexcept {
  static const counted_devices found = [] {
    counted_devices d;
    d.code = cudaGetDeviceCount(&d.count);
    if (d.code != cudaSuccess) {
      cudaGetLastError();
      d.count = 0;
    }
    return d;
  }();
  return found;
}

int attribute(cudaDeviceAttr which, int device) {
  int value = 0;
  if (cudaDeviceGetAttribute(&value, which, device) != cudaSuccess) {
    cudaGetLastError();
    return 0;
  }
  return value;
}

device_properties read_properties(int device, caller where) {
  cudaDeviceProp raw{};
  check(cudaGetDeviceProperties(&raw, device), "get_device_properties", where);
  device_properties p;
  p.name = raw.name;
  p.compute_major = raw.major;
  p.compute_minor = raw.minor;
  p.multiprocessors = raw.multiProcessorCount;
  p.warp_lanes = raw.warpSize;
  p.max_threads_per_block = raw.maxThreadsPerBlock;
  p.max_threads_per_multiprocessor = raw.maxThreadsPerMultiProcessor;
  p.total_bytes = raw.totalGlobalMem;
  p.l2_bytes = static_cast<size_t>(raw.l2CacheSize);
  p.shared_bytes_per_block = raw.sharedMemPerBlock;
  p.shared_bytes_per_block_opt_in = raw.sharedMemPerBlockOptin;
  p.shared_bytes_per_multiprocessor = raw.sharedMemPerMultiprocessor;
  p.memory_clock_khz = attribute(cudaDevAttrMemoryClockRate, device);
  p.memory_bus_bits = attribute(cudaDevAttrGlobalMemoryBusWidth, device);
  p.memory_pools = attribute(cudaDevAttrMemoryPoolsSupported, device) != 0;
  p.managed_access = attribute(cudaDevAttrConcurrentManagedAccess, device) != 0;
  p.pci_bus = raw.pciBusID;
  return p;
}

bool has_memory_pools(caller where) { return get_device_properties(get_device(where), where).memory_pools; }

std::string sizes_text(size_t bytes) {
  size_t free_bytes = 0;
  size_t total_bytes = 0;
  if (cudaMemGetInfo(&free_bytes, &total_bytes) != cudaSuccess) return "asked for " + std::to_string(bytes);
  return "asked for " + std::to_string(bytes) + " bytes, " + std::to_string(free_bytes) + " of " +
         std::to_string(total_bytes) + " are free";
}

void* allocated(cudaError_t code, void* pointer, size_t bytes, const char* call, caller where) {
  count(counted::allocation);
  if (code == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    fail(code, call, sizes_text(bytes), where);
  }
  check(code, call, where);
  return pointer;
}

// cudaSuccess: done, cudaErrorNotReady: not yet, anything else is an error.
bool is_done(cudaError_t code, const char* call, caller where) {
  if (code == cudaErrorNotReady) {
    cudaGetLastError();
    return false;
  }
  check(code, call, where);
  return true;
}

cudaMemcpyKind direction(copy_kind kind) {
  switch (kind) {
    case copy_kind::host_to_device: return cudaMemcpyHostToDevice;
    case copy_kind::device_to_host: return cudaMemcpyDeviceToHost;
    case copy_kind::device_to_device: return cudaMemcpyDeviceToDevice;
  }
  return cudaMemcpyDefault;
}

}  // namespace

// ---- devices ----

const char* implementation() noexcept { return "cuda"; }

int device_count() noexcept { return count_devices().count; }

std::string why_no_device() {
  const cudaError_t code = count_devices().code;
  if (code == cudaSuccess) return "the driver sees no GPU";
  // CUDA has one error for a driver that is missing and one that is too old.
  if (driver_version() == 0) return "no CUDA driver was found";
  return cudaGetErrorString(code);
}

void set_device(int device, caller where) { check(cudaSetDevice(device), "set_device", where); }

int get_device(caller where) {
  int device = 0;
  check(cudaGetDevice(&device), "get_device", where);
  return device;
}

const device_properties& get_device_properties(int device, caller where) {
  // Read once: the driver takes milliseconds for it.
  static std::mutex mutex;
  static std::deque<std::optional<device_properties>>* const known =
      new std::deque<std::optional<device_properties>>;
  if (device < 0 || device >= device_count()) {
    fail(cudaErrorInvalidDevice, "get_device_properties", "no device " + std::to_string(device), where);
  }
  const std::lock_guard lock(mutex);
  known->resize(static_cast<size_t>(device_count()));
  auto& entry = (*known)[static_cast<size_t>(device)];
  if (!entry) entry = read_properties(device, where);
  return *entry;
}

memory_info get_memory_info(caller where) {
  memory_info info;
  check(cudaMemGetInfo(&info.free_bytes, &info.total_bytes), "get_memory_info", where);
  return info;
}

void device_synchronize(caller where) {
  count(counted::synchronisation);
  check(cudaDeviceSynchronize(), "device_synchronize", where);
}

bool enable_peer_access(int peer, caller where) {
  int possible = 0;
  check(cudaDeviceCanAccessPeer(&possible, get_device(where), peer), "enable_peer_access", where);
  if (possible == 0) return false;
  const cudaError_t code = cudaDeviceEnablePeerAccess(peer, 0);
  if (code == cudaErrorPeerAccessAlreadyEnabled) {
    cudaGetLastError();
    return true;
  }
  check(code, "enable_peer_access", where);
  return true;
}

int driver_version() noexcept {
  int version = 0;
  if (cudaDriverGetVersion(&version) != cudaSuccess) cudaGetLastError();
  return version;
}

int runtime_version() noexcept {
  int version = 0;
  if (cudaRuntimeGetVersion(&version) != cudaSuccess) cudaGetLastError();
  return version;
}

int take_last_error() noexcept { return static_cast<int>(cudaGetLastError()); }
std::string error_name(int code) { return cudaGetErrorName(static_cast<cudaError_t>(code)); }
std::string error_text(int code) { return cudaGetErrorString(static_cast<cudaError_t>(code)); }

// ---- memory ----

void* malloc_device(size_t bytes, caller where) {
  if (bytes == 0) return nullptr;
  void* pointer = nullptr;
  const cudaError_t code = cudaMalloc(&pointer, bytes);
  return allocated(code, pointer, bytes, "malloc_device", where);
}

void free_device(void* pointer, caller where) {
  if (pointer != nullptr) check(cudaFree(pointer), "free_device", where);
}

void* malloc_async(size_t bytes, stream_handle stream, caller where) {
  if (bytes == 0) return nullptr;
  if (!has_memory_pools(where)) return malloc_device(bytes, where);
  void* pointer = nullptr;
  const cudaError_t code = cudaMallocAsync(&pointer, bytes, stream_of(stream));
  return allocated(code, pointer, bytes, "malloc_async", where);
}

void free_async(void* pointer, stream_handle stream, caller where) {
  if (pointer == nullptr) return;
  if (!has_memory_pools(where)) return free_device(pointer, where);
  check(cudaFreeAsync(pointer, stream_of(stream)), "free_async", where);
}

void* malloc_host(size_t bytes, caller where) {
  if (bytes == 0) return nullptr;
  void* pointer = nullptr;
  // Portable: every device may copy from it.
  check(cudaHostAlloc(&pointer, bytes, cudaHostAllocPortable), "malloc_host", where);
  return pointer;
}

void free_host(void* pointer, caller where) {
  if (pointer != nullptr) check(cudaFreeHost(pointer), "free_host", where);
}

pointer_info get_pointer_info(const void* pointer) noexcept {
  cudaPointerAttributes raw{};
  if (cudaPointerGetAttributes(&raw, pointer) != cudaSuccess) {
    cudaGetLastError();
    return {};
  }
  switch (raw.type) {
    case cudaMemoryTypeHost: return {memory_kind::pinned_host, -1};
    case cudaMemoryTypeDevice:
    case cudaMemoryTypeManaged: return {memory_kind::device, raw.device};
    default: return {};
  }
}

void annotate_used(void*, size_t, size_t, stream_handle, caller) {}
void annotate_unused(void*, size_t, stream_handle, caller) {}

// ---- copies ----

void memcpy_async(void* target, const void* source, size_t bytes, copy_kind kind, stream_handle stream,
                  caller where) {
  if (bytes == 0) return;
  count_copy(kind, bytes);
  check(cudaMemcpyAsync(target, source, bytes, direction(kind), stream_of(stream)), "memcpy_async", where);
}

void memcpy_peer_async(void* target, int target_device, const void* source, int source_device, size_t bytes,
                       stream_handle stream, caller where) {
  if (bytes == 0) return;
  count_copy(copy_kind::device_to_device, bytes);
  check(cudaMemcpyPeerAsync(target, target_device, source, source_device, bytes, stream_of(stream)),
        "memcpy_peer_async", where);
}

void memset_async(void* target, int byte, size_t bytes, stream_handle stream, caller where) {
  if (bytes == 0) return;
  count(counted::fill);
  check(cudaMemsetAsync(target, byte, bytes, stream_of(stream)), "memset_async", where);
}

// ---- streams ----

stream_handle stream_create(caller where) {
  cudaStream_t stream = nullptr;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "stream_create", where);
  return stream;
}

void stream_destroy(stream_handle stream, caller where) {
  check(cudaStreamDestroy(stream_of(stream)), "stream_destroy", where);
}

void stream_synchronize(stream_handle stream, caller where) {
  count(counted::synchronisation);
  check(cudaStreamSynchronize(stream_of(stream)), "stream_synchronize", where);
}

bool stream_query(stream_handle stream, caller where) {
  return is_done(cudaStreamQuery(stream_of(stream)), "stream_query", where);
}

void stream_wait_event(stream_handle stream, event_handle event, caller where) {
  check(cudaStreamWaitEvent(stream_of(stream), event_of(event), 0), "stream_wait_event", where);
}

// ---- events ----

event_handle event_create(bool timing, caller where) {
  cudaEvent_t event = nullptr;
  check(cudaEventCreateWithFlags(&event, timing ? cudaEventDefault : cudaEventDisableTiming), "event_create",
        where);
  return event;
}

void event_destroy(event_handle event, caller where) {
  check(cudaEventDestroy(event_of(event)), "event_destroy", where);
}

void event_record(event_handle event, stream_handle stream, caller where) {
  check(cudaEventRecord(event_of(event), stream_of(stream)), "event_record", where);
}

bool event_query(event_handle event, caller where) {
  return is_done(cudaEventQuery(event_of(event)), "event_query", where);
}

void event_synchronize(event_handle event, caller where) {
  count(counted::synchronisation);
  check(cudaEventSynchronize(event_of(event)), "event_synchronize", where);
}

float event_elapsed_ms(event_handle start, event_handle stop, caller where) {
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, event_of(start), event_of(stop)), "event_elapsed_ms", where);
  return milliseconds;
}

}  // namespace numloom::cuda_runtime
