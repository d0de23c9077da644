#include <numloom/kernel.hpp>
#include <numloom/numloom.hpp>
#include <iostream>
using namespace numloom;
int main(){
 kernel saxpy(R"(
__global__ void saxpy(float a, const float* x, float* y, int n) {
  __shared__ float s[256], t[2];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) { s[threadIdx.x] = x[i]; y[i] = a * s[threadIdx.x] + y[i]; }
})", "saxpy");
 auto x = ones({1000},{.dtype=dtype::float32}); auto y = ones({1000},{.dtype=dtype::float32});
 saxpy({.size=1000}, 2, x, y, 1000);
 std::cout << sum(y) << "\n" << saxpy.signature() << "\n";
 auto attempt=[&](auto f){ try { f(); } catch (const std::exception& e) { std::cout << e.what() << "\n"; } };
 attempt([&]{ saxpy({.size=1000}, 2.5, x, y, 1.5); });
 attempt([&]{ saxpy({.size=1000}, 2.5, x, y, 1ll<<40); });
 attempt([&]{ saxpy({.size=1000}, 2.5, x, y); });
 attempt([&]{ saxpy({.grid=4}, 1e300, x, y, 1); });
 attempt([&]{ saxpy({.grid=4,.block={64,64}}, 1, x, y, 1); });
 attempt([&]{ saxpy({.grid=4}, 1, astype(x,dtype::float64), y, 1); });
 attempt([&]{ kernel(R"(
__global__ void f(float* x) { 
   x[0] = q; 
})", "f").compile(); });
 attempt([&]{ kernel("__global__ void f(float* x) {}", "g").compile(); });
 kernel t("template <class T> __global__ void scale(T* x, T a, int n) { extern __shared__ T s[]; int i = threadIdx.x; s[i] = x[i]; __syncthreads(); x[i] = s[n-1-i]*a; }","scale");
 auto z = arange(64); t({.grid=1,.block=64,.shared_bytes=64*8}, z, 3, 64); std::cout << z << "\n"; attempt([&]{ t({.grid=1,.block=64,.shared_bytes=64*8000}, z, 3, 64);});
 attempt([&]{ kernel(R"(__global__ void f(float* x) { 
    if (threadIdx.x < 3) __syncthreads(); 
})", "f")({.grid=1}, x); });
 auto c=kernel_cache_info(); std::cout << c.folder << " " << c.hits << " " << c.misses << " " << c.files << " " << c.bytes << "\n";
}
