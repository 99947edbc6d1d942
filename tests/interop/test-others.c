/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "person.h"
#include "test-interop.h"
void
add_others_tests (void)
{
}
