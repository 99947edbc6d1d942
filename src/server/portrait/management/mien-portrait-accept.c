/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-image.h"
#include "mien-portrait-files.h"
#include "mien-portrait-limits.h"
#include "mien-portrait-manager-private.h"
#include "mien-portrait-server-error.h"
#include "mien-portrait-strip.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

/* What is uploaded (S3244), from bytes to the row. Everything here runs in a thread of the manager. */

/* How often bytes that were collected between writing and committing are written again. */
#define MAX_ATTEMPTS 3

static gboolean
refuse (GError    **error,
        int         code,
        const char *text)
{
  g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, code, text);
  return FALSE;
}

/* Errors of the decoder in our domain, so that they get their HTTP status. */
static gboolean
refuse_picture (GError **error,
                GError  *cause)
{
  G_GNUC_UNUSED g_autoptr(GError) owned = cause;

  if (g_error_matches (cause, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_TOO_LARGE))
    return refuse (error, MIEN_PORTRAIT_SERVER_ERROR_TOO_LARGE, cause->message);
  if (g_error_matches (cause, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_FORMAT))
    return refuse (error, MIEN_PORTRAIT_SERVER_ERROR_TYPE,
                   _("A portrait must be a PNG or an RGB JPEG picture. Save it as one of these and upload that."));
  return refuse (error, MIEN_PORTRAIT_SERVER_ERROR_PICTURE,
                 _("The picture is damaged or incomplete. Save it again and upload that."));
}

/* The header is judged before anything is decoded; then the whole picture is decoded, to know that it can be. */
static gboolean
check_picture (MienPortraitManager    *self,
               GBytes                 *bytes,
               const MienPortraitSlot *slot,
               MienImageInfo          *info,
               GError                **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  cairo_surface_t *surface;
  GError *local = NULL;

  if (!mien_image_probe (data, size, info, &local))
    return refuse_picture (error, local);
  if (info->format != MIEN_IMAGE_PNG && info->format != MIEN_IMAGE_JPEG)
    return refuse (error, MIEN_PORTRAIT_SERVER_ERROR_TYPE,
                   _("A portrait must be a PNG or an RGB JPEG picture. Save it as one of these and upload that."));
  if (slot != NULL && (info->format == MIEN_IMAGE_JPEG) != (slot->type == MIEN_PORTRAIT_JPEG))
    return refuse (error, MIEN_PORTRAIT_SERVER_ERROR_TYPE,
                   _("The picture is of another type than was announced. Publish it again under its own type."));
  if ((guint64) info->width * (guint64) info->height > self->max_pixels)
    {
      g_set_error (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_TOO_LARGE,
                   _("The picture has %d × %d pixels; at most %" PRIu64
                     " pixels are allowed. Scale it down and publish again."),
                   info->width, info->height, self->max_pixels);
      return FALSE;
    }
  surface = mien_image_decode (bytes, 0, NULL, &local);
  if (surface == NULL)
    return refuse_picture (error, local);
  cairo_surface_destroy (surface);
  return TRUE;
}

static gboolean
is_present (const char *address,
            gpointer    user_data)
{
  return mien_portrait_files_present (((MienPortraitManager *) user_data)->bytes_directory, address);
}

/* Bytes first, the row after them: a crash between the two leaves bytes that the sweep removes, never a row without
 * bytes. */
static gboolean
write_all (MienPortraitManager    *self,
           MienPortraitRow        *row,
           GBytes                 *bytes,
           const MienPortraitSlot *slot,
           const char             *alias,
           GError                **error)
{
  MienPortraitPut put = { .row = row, .alias = alias, .present = is_present, .user_data = self };

  if (slot != NULL)
    {
      put.nonce = slot->nonce;
      put.nonce_expires = slot->expires;
    }
  for (int attempt = 1;; attempt++)
    {
      g_autoptr(GError) local = NULL;

      if (!mien_portrait_files_write (self->bytes_directory, row->address, bytes, error))
        return FALSE;
      row->updated = self->now () / 1000;   /* S3241; the table lets it only rise */
      if (mien_portrait_table_put (self->table, &put, &local))
        break;
      if (attempt == MAX_ATTEMPTS
          || !g_error_matches (local, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_VANISHED))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  /* A friend may be on his way to the former picture: it goes after the grace time. */
  if (put.replaced != NULL)
    mien_portrait_files_touch (self->bytes_directory, put.replaced);
  g_free (put.replaced);
  return TRUE;
}

static char *
nonce_name (const MienPortraitSlot *slot)
{
  GString *name = g_string_new (NULL);

  for (guint i = 0; i < sizeof slot->nonce; i++)
    g_string_append_printf (name, "%02x", slot->nonce[i]);
  return g_string_free (name, FALSE);
}

gboolean
mien_portrait_accept (MienPortraitManager    *self,
                      MienPortraitRow        *row,
                      GBytes                 *bytes,
                      const MienPortraitSlot *slot,
                      GError                **error)
{
  g_autofree char *given = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_autofree char *alias = NULL;
  g_autoptr(GBytes) stripped = NULL;
  MienImageInfo info;

  if (slot != NULL && slot->sha256 != NULL && !g_str_equal (slot->sha256, given))
    return refuse (error, MIEN_PORTRAIT_SERVER_ERROR_HASH,
                   _("What arrived is not what was announced: a part was lost or changed on the way. Publish again."));
  if (!check_picture (self, bytes, slot, &info, error))
    return FALSE;
  stripped = mien_portrait_strip (bytes, info.orientation, error);
  if (stripped == NULL)
    return FALSE;

  row->type = info.format == MIEN_IMAGE_JPEG ? MIEN_PORTRAIT_JPEG : MIEN_PORTRAIT_PNG;
  row->sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, stripped);
  row->address = mien_portrait_files_address (row->sha256, mien_portrait_type_get_suffix (row->type));
  row->bytes = (guint32) g_bytes_get_size (stripped);
  row->width = (guint32) info.width;
  row->height = (guint32) info.height;

  /* The address that was promised for the GET must lead to it, whatever stripping made of the hash. */
  if (slot != NULL && slot->sha256 == NULL)
    alias = nonce_name (slot);
  else if (slot != NULL && !g_str_equal (slot->sha256, row->sha256))
    alias = g_strdup (slot->sha256);
  return write_all (self, row, stripped, slot, alias, error);
}

static void
drop (const char *address,
      gpointer    user_data)
{
  mien_portrait_files_drop (((MienPortraitManager *) user_data)->bytes_directory, address);
}

gboolean
mien_portrait_collect_one (MienPortraitManager *self,
                           const char          *address,
                           GError             **error)
{
  const char *addresses[] = { address, NULL };

  return mien_portrait_table_collect (self->table, addresses, self->now () / G_USEC_PER_SEC, drop, self, error);
}
