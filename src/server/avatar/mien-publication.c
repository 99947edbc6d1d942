/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-server-avatar"

#include "mien-config.h"
#include "mien-publication.h"

struct _MienPublication
{
  MienPack *pack;          /* owned */
  GBytes *json[2];         /* owned: plain, gzip */
  char *etag[2];
};

static GBytes *
compress (GBytes *plain)
{
  g_autoptr(GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr(GOutputStream) stream = g_converter_output_stream_new (memory, G_CONVERTER (compressor));

  /* Memory to memory: nothing can fail here. */
  g_output_stream_write_all (stream, g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), NULL, NULL, NULL);
  g_output_stream_close (stream, NULL, NULL);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

MienPublication *
mien_publication_new (MienPack *pack)
{
  MienPublication *self;
  g_autofree char *hash = NULL;

  g_return_val_if_fail (MIEN_IS_PACK (pack), NULL);

  self = g_atomic_rc_box_new0 (MienPublication);
  self->pack = g_object_ref (pack);
  self->json[FALSE] = g_bytes_ref (mien_pack_get_json (pack));
  self->json[TRUE] = compress (self->json[FALSE]);
  hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, self->json[FALSE]);
  self->etag[FALSE] = g_strdup_printf ("\"%.32s\"", hash);
  self->etag[TRUE] = g_strdup_printf ("\"%.32s-gzip\"", hash);
  return self;
}

MienPublication *
mien_publication_ref (MienPublication *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
publication_clear (gpointer data)
{
  MienPublication *self = data;

  g_object_unref (self->pack);
  for (int i = 0; i < 2; i++)
    {
      g_bytes_unref (self->json[i]);
      g_free (self->etag[i]);
    }
}

void
mien_publication_unref (MienPublication *self)
{
  g_atomic_rc_box_release_full (self, publication_clear);
}

MienPack *
mien_publication_get_pack (MienPublication *self)
{
  return self->pack;
}

GBytes *
mien_publication_get_json (MienPublication *self,
                           gboolean         compressed)
{
  return self->json[compressed != FALSE];
}

const char *
mien_publication_get_etag (MienPublication *self,
                           gboolean         compressed)
{
  return self->etag[compressed != FALSE];
}
