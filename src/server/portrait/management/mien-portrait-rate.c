/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-portrait-rate.h"

typedef struct { double level, filled; } Bucket;

struct _MienPortraitRate
{
  double burst, per_second;
  guint max_buckets;
  GHashTable *buckets;   /* account -> Bucket; an account without one has a full bucket */
};

MienPortraitRate *
mien_portrait_rate_new (double burst,
                        double per_second,
                        guint  max_buckets)
{
  MienPortraitRate *self = g_new0 (MienPortraitRate, 1);

  self->burst = burst;
  self->per_second = per_second;
  self->max_buckets = max_buckets;
  self->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
mien_portrait_rate_free (MienPortraitRate *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->buckets);
  g_free (self);
}

static double
level_at (const MienPortraitRate *self,
          const Bucket           *bucket,
          double                  now)
{
  return MIN (self->burst, bucket->level + MAX (0, now - bucket->filled) * self->per_second);
}

/* Full buckets say nothing. If none is full, all are forgotten: rather too generous than out of memory. */
static void
make_room (MienPortraitRate *self,
           double            now)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->buckets);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (level_at (self, value, now) >= self->burst)
      g_hash_table_iter_remove (&iter);
  if (g_hash_table_size (self->buckets) >= self->max_buckets)
    g_hash_table_remove_all (self->buckets);
}

gboolean
mien_portrait_rate_take (MienPortraitRate *self,
                         const char       *account,
                         double            amount,
                         double            now,
                         double           *out_wait)
{
  Bucket *bucket = g_hash_table_lookup (self->buckets, account);
  double level = bucket != NULL ? level_at (self, bucket, now) : self->burst;

  if (level < amount)
    {
      if (out_wait != NULL)
        *out_wait = amount > self->burst ? G_MAXDOUBLE : (amount - level) / self->per_second;
      return FALSE;
    }
  if (bucket == NULL)
    {
      if (g_hash_table_size (self->buckets) >= self->max_buckets)
        make_room (self, now);
      bucket = g_new (Bucket, 1);
      g_hash_table_insert (self->buckets, g_strdup (account), bucket);
    }
  bucket->level = level - amount;
  bucket->filled = now;
  return TRUE;
}
