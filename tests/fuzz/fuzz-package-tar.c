/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-catalogue.h"
#include "mien-package.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize length);

/* What comes out was asked for, once, within the limit, and has its hash; or there is an error. */
static gboolean
on_entry (const char  *sha256,
          GBytes      *content,
          gpointer     user_data,
          GError     **error)
{
  g_autofree char *computed = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, content);

  g_assert (g_str_equal (computed, sha256));
  g_assert (g_bytes_get_size (content) <= MIEN_CATALOGUE_MAX_FILE_BYTES);
  g_assert (g_hash_table_remove (user_data, sha256));
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         length)
{
  g_autofree char *one = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "<svg>one</svg>", -1);
  g_autofree char *two = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "<svg>two</svg>", -1);
  const char *wanted[] = { one, two, NULL };
  g_autoptr(GHashTable) missing = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) files = NULL;

  g_hash_table_add (missing, one);
  g_hash_table_add (missing, two);
  if (mien_package_read (data, length, wanted, on_entry, missing, &error))
    g_assert (g_hash_table_size (missing) == 0);
  else
    g_assert (error != NULL);

  g_clear_error (&error);
  files = mien_package_request_read ((const char *) data, length, &error);
  g_assert ((files == NULL) == (error != NULL));
  return 0;
}
