/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facefind-kernels.h"

const FaceFindKernels *
facefind_kernels_best (void)
{
#ifdef FACEFIND_HAVE_AVX2
  if (__builtin_cpu_supports ("avx2"))
    return &facefind_kernels_avx2;
#endif
  return &facefind_kernels_vector;
}
