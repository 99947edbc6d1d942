/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-image"

#include "mien-config.h"
#include "mien-image-private.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gi18n-lib.h>

/* A decode is asked whether it is cancelled after each of these. */
#define CHUNK_BYTES (64 * 1024)

/* JPEG halves itself up to three times while it is decoded. */
#define JPEG_MAX_DENOMINATOR 8

G_DEFINE_QUARK (mien-image-error-quark, mien_image_error)

typedef struct
{
  MienImageInfo info;
  int           max_side;
  gboolean      wrong_size;       /* the decoder sees another size than the one that was judged */
} Decode;

static void
set_damaged (GError **error, const GError *cause)
{
  g_set_error (
      error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_DAMAGED,
      _("This picture is damaged or incomplete. Choose another one, or get it again from where it came from. (%s)"),
      cause != NULL ? cause->message : _("its data end too early"));
}

static void
on_size_prepared (GdkPixbufLoader *loader, int width, int height, gpointer user_data)
{
  Decode *decode = user_data;
  int denominator = 1;

  if (width != decode->info.width || height != decode->info.height)
    {
      decode->wrong_size = TRUE;
      gdk_pixbuf_loader_set_size (loader, 0, 0);
      return;
    }
  if (decode->info.format != MIEN_IMAGE_JPEG || decode->max_side <= 0)
    return;

  while (denominator < JPEG_MAX_DENOMINATOR && MAX (width, height) / (2 * denominator) >= decode->max_side)
    denominator *= 2;
  if (denominator > 1)
    gdk_pixbuf_loader_set_size (loader, (width + denominator - 1) / denominator,
                                (height + denominator - 1) / denominator);
}

static gboolean
feed (GdkPixbufLoader *loader, Decode *decode, const guint8 *data, gsize length, GCancellable *cancellable,
      GError **error)
{
  for (gsize done = 0; done < length && !decode->wrong_size; done += CHUNK_BYTES)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (!gdk_pixbuf_loader_write (loader, data + done, MIN (CHUNK_BYTES, length - done), error))
        return FALSE;
    }
  return TRUE;
}

static GdkPixbufLoader *
create_loader (const MienImageInfo *info, GError **error)
{
  const char *name = mien_image_format_get_loader (info->format);
  GdkPixbufLoader *loader = gdk_pixbuf_loader_new_with_type (name, NULL);

  if (loader == NULL)
    g_set_error (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_FORMAT,
                 _("Pictures of the kind “%s” cannot be opened on this computer. Choose a JPEG or PNG file."), name);
  return loader;
}

/* The loader is told which format it is, so that no other decoder can be made to look at the bytes. */
static GdkPixbuf *
load (Decode *decode, const guint8 *data, gsize length, GCancellable *cancellable, GError **error)
{
  static const guint8 gif_trailer = 0x3b;
  g_autoptr (GdkPixbufLoader) loader = create_loader (&decode->info, error);
  g_autoptr (GError) local = NULL;
  GdkPixbuf *pixbuf = NULL;
  gboolean good;

  if (loader == NULL)
    return NULL;

  g_signal_connect (loader, "size-prepared", G_CALLBACK (on_size_prepared), decode);
  good = feed (loader, decode, data, length, cancellable, &local);
  if (good && decode->info.format == MIEN_IMAGE_GIF)
    good = feed (loader, decode, &gif_trailer, 1, cancellable, &local);
  good = gdk_pixbuf_loader_close (loader, local == NULL ? &local : NULL) && good;

  if (good && !decode->wrong_size)
    pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  if (pixbuf != NULL)
    return g_object_ref (pixbuf);

  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&local));
  else if (g_error_matches (local, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_INSUFFICIENT_MEMORY))
    g_set_error_literal (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_TOO_LARGE,
                         _("There is not enough memory for this picture. Make it smaller and try again."));
  else
    set_damaged (error, local);
  return NULL;
}

static inline guint32
premultiply (guint value, guint alpha)
{
  guint product = value * alpha + 128;

  return (product + (product >> 8)) >> 8;
}

static cairo_surface_t *
to_surface (GdkPixbuf *pixbuf)
{
  int width = gdk_pixbuf_get_width (pixbuf), height = gdk_pixbuf_get_height (pixbuf);
  gboolean has_alpha = gdk_pixbuf_get_has_alpha (pixbuf);
  int n_channels = gdk_pixbuf_get_n_channels (pixbuf);
  cairo_surface_t *surface = cairo_image_surface_create (has_alpha ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24, width,
                                                         height);
  guint8 *out = cairo_image_surface_get_data (surface);

  if (out == NULL)
    return surface;
  for (int y = 0; y < height; y++)
    {
      const guint8 *in = gdk_pixbuf_read_pixels (pixbuf) + (gsize) gdk_pixbuf_get_rowstride (pixbuf) * y;
      guint32 *row = (guint32 *) (void *) (out + (gsize) cairo_image_surface_get_stride (surface) * y);

      for (int x = 0; x < width; x++, in += n_channels)
        {
          guint alpha = has_alpha ? in[3] : 255;

          row[x] = alpha << 24 | premultiply (in[0], alpha) << 16 | premultiply (in[1], alpha) << 8 |
                   premultiply (in[2], alpha);
        }
    }
  cairo_surface_mark_dirty (surface);
  return surface;
}

/* From the stored picture to the upright one, by EXIF orientation. @width and @height are the stored ones. */
static void
get_upright_matrix (int orientation, double width, double height, cairo_matrix_t *out)
{
  switch (orientation)
    {
    case 2:
      cairo_matrix_init (out, -1, 0, 0, 1, width, 0);
      break;
    case 3:
      cairo_matrix_init (out, -1, 0, 0, -1, width, height);
      break;
    case 4:
      cairo_matrix_init (out, 1, 0, 0, -1, 0, height);
      break;
    case 5:
      cairo_matrix_init (out, 0, 1, 1, 0, 0, 0);
      break;
    case 6:
      cairo_matrix_init (out, 0, 1, -1, 0, height, 0);
      break;
    case 7:
      cairo_matrix_init (out, 0, -1, -1, 0, height, width);
      break;
    case 8:
      cairo_matrix_init (out, 0, -1, 1, 0, 0, width);
      break;
    case 1:
    default:
      cairo_matrix_init_identity (out);
      break;
    }
}

/* Turns and scales in one step. Returns @surface itself when there is nothing to do. */
static cairo_surface_t *
turn_and_scale (cairo_surface_t *surface, int orientation, int max_side)
{
  int width = cairo_image_surface_get_width (surface), height = cairo_image_surface_get_height (surface);
  double scale = max_side > 0 ? MIN (1.0, (double) max_side / MAX (width, height)) : 1.0;
  int out_width, out_height;
  cairo_surface_t *out;
  cairo_matrix_t matrix;
  cairo_t *cr;

  if (scale == 1.0 && orientation <= 1)
    return surface;

  out_width = MAX (1, (int) (width * scale + 0.5));
  out_height = MAX (1, (int) (height * scale + 0.5));
  if (orientation >= 5)
    {
      int swap = out_width;

      out_width = out_height;
      out_height = swap;
    }

  out = cairo_image_surface_create (cairo_image_surface_get_format (surface), out_width, out_height);
  cr = cairo_create (out);
  get_upright_matrix (orientation, width, height, &matrix);
  cairo_scale (cr, (double) out_width / (orientation >= 5 ? height : width),
               (double) out_height / (orientation >= 5 ? width : height));
  cairo_transform (cr, &matrix);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), scale == 1.0 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return out;
}

static cairo_surface_t *
finish (GdkPixbuf *pixbuf, const Decode *decode, GError **error)
{
  g_autoptr (GdkPixbuf) upright = NULL;
  cairo_surface_t *surface;

  /* libtiff mirrors by itself but does not turn; GdkPixbuf knows what is left to do. */
  if (decode->info.format == MIEN_IMAGE_TIFF)
    upright = gdk_pixbuf_apply_embedded_orientation (pixbuf);

  surface = to_surface (upright != NULL ? upright : pixbuf);
  if (cairo_surface_status (surface) == CAIRO_STATUS_SUCCESS)
    surface = turn_and_scale (surface, upright != NULL ? 1 : decode->info.orientation, decode->max_side);
  if (cairo_surface_status (surface) == CAIRO_STATUS_SUCCESS)
    return surface;

  cairo_surface_destroy (surface);
  g_set_error_literal (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_TOO_LARGE,
                       _("There is not enough memory for this picture. Make it smaller and try again."));
  return NULL;
}

cairo_surface_t *
mien_image_decode (GBytes *bytes, int max_side, GCancellable *cancellable, GError **error)
{
  Decode decode = { .max_side = max_side };
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  const guint8 *data;
  gsize length;

  g_return_val_if_fail (bytes != NULL, NULL);

  data = g_bytes_get_data (bytes, &length);
  if (length > MIEN_IMAGE_MAX_BYTES)
    {
      g_set_error (error, MIEN_IMAGE_ERROR, MIEN_IMAGE_ERROR_TOO_LARGE,
                   _("This file is larger than %d MiB. Make the picture smaller and try again."),
                   MIEN_IMAGE_MAX_BYTES / (1024 * 1024));
      return NULL;
    }
  if (!mien_image_probe (data, length, &decode.info, error))
    return NULL;

  if (decode.info.format == MIEN_IMAGE_GIF)
    length = mien_image_gif_first_picture (data, length);
  if (length == 0 || !mien_image_is_complete (&decode.info, data, length))
    {
      set_damaged (error, NULL);
      return NULL;
    }

  pixbuf = load (&decode, data, length, cancellable, error);
  return pixbuf != NULL ? finish (pixbuf, &decode, error) : NULL;
}

/* Asynchronously ----------------------------------------------------------- */

typedef struct
{
  GBytes *bytes;
  int     max_side;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_bytes_unref (job->bytes);
  g_free (job);
}

static void
decode_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;
  cairo_surface_t *surface = mien_image_decode (job->bytes, job->max_side, cancellable, &error);

  if (surface != NULL)
    g_task_return_pointer (task, surface, (GDestroyNotify) cairo_surface_destroy);
  else
    g_task_return_error (task, error);
}

void
mien_image_decode_async (GBytes *bytes, int max_side, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Job *job = g_new (Job, 1);

  g_return_if_fail (bytes != NULL);

  *job = (Job) { g_bytes_ref (bytes), max_side };
  g_task_set_source_tag (task, mien_image_decode_async);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, decode_in_thread);
}

cairo_surface_t *
mien_image_decode_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
