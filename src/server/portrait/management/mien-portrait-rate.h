/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * How much an account may do in a time: a bucket by account that holds @burst and fills by @per_second. Not safe in
 * threads.
 */
typedef struct _MienPortraitRate MienPortraitRate;

MienPortraitRate *mien_portrait_rate_new (double burst, double per_second, guint max_buckets);
void              mien_portrait_rate_free (MienPortraitRate *self);
/* Takes @amount for @account at @now (seconds, monotonic). FALSE: not enough there; *out_wait (may be NULL) is after
 * how many seconds there is (G_MAXDOUBLE: never, it is more than the bucket holds). */
gboolean mien_portrait_rate_take (MienPortraitRate *self, const char *account, double amount, double now,
                                  double *out_wait);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienPortraitRate, mien_portrait_rate_free)

G_END_DECLS
