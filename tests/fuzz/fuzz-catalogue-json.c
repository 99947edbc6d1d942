/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mien-catalogue.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize length);

/* Any bytes: a catalogue or an error, and a catalogue that can be searched and listed. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         length)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MienCatalogue) catalogue = mien_catalogue_new_from_json ((const char *) data, (gssize) length, &error);
  g_autoptr(GPtrArray) found = NULL;
  g_auto(GStrv) files = NULL;

  g_assert ((catalogue == NULL) == (error != NULL));
  if (catalogue == NULL)
    return 0;
  found = mien_catalogue_query (catalogue, NULL, "hat 帽");
  files = mien_catalogue_list_files (catalogue);
  g_assert (found->len <= g_list_model_get_n_items (G_LIST_MODEL (catalogue)));
  for (guint i = 0; files[i] != NULL; i++)
    g_assert (mien_catalogue_get_file_bytes (catalogue, files[i]) <= MIEN_CATALOGUE_MAX_FILE_BYTES);
  return 0;
}
