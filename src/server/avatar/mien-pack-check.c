/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-server-avatar"

#include "mien-config.h"
#include "mien-pack-check.h"

#include <cairo.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "mien-drawing-check.h"
#include "mien-file.h"
#include "mien-image.h"
#include "mien-svg-check.h"

struct _MienPackCheck
{
  GHashTable *good;        /* owned "<sha256> <what it is>" */
  GHashTable *used;        /* the same, of the last run */
  guint n_drawn;           /* in the last run */
};

/* The first line of the file of remembered drawings. */
#define MEMORY_HEAD "mien-checked-drawings %d %s"

/* One pack's run. */
typedef struct
{
  MienPackCheck *check;
  MienPack *pack;
  GPtrArray *problems;     /* borrowed */
} Run;

MienPackCheck *
mien_pack_check_new (void)
{
  MienPackCheck *self = g_new0 (MienPackCheck, 1);

  self->good = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
mien_pack_check_free (MienPackCheck *self)
{
  g_hash_table_unref (self->good);
  g_hash_table_unref (self->used);
  g_free (self);
}

static void
add_problem (Run        *run,
             const char *file,
             const char *format,
             ...) G_GNUC_PRINTF (3, 4);

static void
add_problem (Run        *run,
             const char *file,
             const char *format,
             ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (run->problems, g_strdup_printf ("%s: %s", file, text));
}

static MienDrawingKind
kind_of (const PortraitType *type)
{
  if (g_str_equal (type->name, "background") || g_str_equal (type->name, "frame"))
    return MIEN_DRAWING_FULL;
  if (g_str_equal (type->name, "beard") || g_str_equal (type->name, "paint"))
    return MIEN_DRAWING_SKIN;
  return g_str_equal (type->name, "coat") ? MIEN_DRAWING_COAT : MIEN_DRAWING_FREE;
}

/* The rules for the file, then a look at the drawing; remembered when both are passed. @variant may be NULL. */
static void
check_drawing (Run                     *run,
               const char              *file,
               const char              *sha256,
               MienDrawingKind          kind,
               const MienAvatarVariant *variant)
{
  const char * const *colours = variant != NULL ? (const char * const *) variant->colours : NULL;
  g_autofree char *pairs = colours != NULL ? g_strjoinv (",", variant->colours) : g_strdup ("");
  g_autofree char *key = g_strdup_printf ("%s %d %s", sha256, kind, pairs);
  g_autoptr(GBytes) svg = NULL;
  g_autoptr(GError) error = NULL;

  if (g_hash_table_contains (run->check->good, key))
    {
      g_hash_table_add (run->check->used, g_steal_pointer (&key));
      return;
    }
  run->check->n_drawn++;
  svg = mien_pack_get_file (run->pack, sha256, &error);
  if (svg == NULL || !mien_svg_check (g_bytes_get_data (svg, NULL), g_bytes_get_size (svg), &error) ||
      !mien_drawing_check (svg, kind, colours, &error))
    {
      if (variant != NULL)
        g_prefix_error (&error, _("variant “%s”: "), variant->id);
      add_problem (run, file, "%s", error->message);
      return;
    }
  g_hash_table_add (run->check->used, g_strdup (key));
  g_hash_table_add (run->check->good, g_steal_pointer (&key));
}

/* A colour that is not in the drawing is a slip of the pen: the variant would look like the original. */
static void
check_variant_colours (Run                     *run,
                       MienAvatar              *avatar,
                       const MienAvatarVariant *variant)
{
  g_autoptr(GBytes) front = mien_pack_get_file (run->pack, mien_avatar_get_sha256 (avatar), NULL);
  g_autoptr(GBytes) behind = NULL;
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *lower = NULL;

  if (mien_avatar_get_behind_sha256 (avatar) != NULL)
    behind = mien_pack_get_file (run->pack, mien_avatar_get_behind_sha256 (avatar), NULL);
  if (front != NULL)
    g_string_append_len (text, g_bytes_get_data (front, NULL), g_bytes_get_size (front));
  if (behind != NULL)
    g_string_append_len (text, g_bytes_get_data (behind, NULL), g_bytes_get_size (behind));
  lower = g_ascii_strdown (text->str, -1);
  for (guint i = 0; variant->colours[i] != NULL; i++)
    {
      g_autofree char *from = g_strndup (variant->colours[i], 7);

      if (strstr (lower, from) == NULL)
        add_problem (run, mien_avatar_get_file (avatar),
                     _("its variant “%s” exchanges %s, which is not in the drawing."), variant->id, from);
    }
}

static void
check_avatar (Run        *run,
              MienAvatar *avatar)
{
  MienDrawingKind kind = kind_of (mien_avatar_get_avatar_type (avatar));

  check_drawing (run, mien_avatar_get_file (avatar), mien_avatar_get_sha256 (avatar), kind, NULL);
  if (mien_avatar_get_behind_file (avatar) != NULL)
    check_drawing (run, mien_avatar_get_behind_file (avatar), mien_avatar_get_behind_sha256 (avatar), kind, NULL);
  for (guint i = 0; i < mien_avatar_get_n_variants (avatar); i++)
    {
      const MienAvatarVariant *variant = mien_avatar_get_variant (avatar, i);

      check_variant_colours (run, avatar, variant);
      check_drawing (run, mien_avatar_get_file (avatar), mien_avatar_get_sha256 (avatar), kind, variant);
    }
}

static void
check_types (Run *run)
{
  MienCatalogue *catalogue = mien_pack_get_catalogue (run->pack);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (catalogue));
  g_autoptr(GHashTable) listed = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < mien_catalogue_get_n_types (catalogue); i++)
    g_hash_table_add (listed, (gpointer) mien_catalogue_get_type_at (catalogue, i));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(MienAvatar) avatar = g_list_model_get_item (G_LIST_MODEL (catalogue), i);
      const PortraitType *type = mien_avatar_get_avatar_type (avatar);

      if (g_hash_table_add (listed, (gpointer) type))
        add_problem (run, "catalogue.json", _("the type “%s” has avatars but is not in “types”."), type->name);
    }
}

GPtrArray *
mien_pack_check_run (MienPackCheck *self,
                     MienPack      *pack,
                     GCancellable  *cancellable)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func (g_free);
  MienCatalogue *catalogue;
  Run run = { .check = self, .pack = pack, .problems = problems };
  guint n;

  g_return_val_if_fail (self != NULL, problems);
  g_return_val_if_fail (MIEN_IS_PACK (pack), problems);

  g_hash_table_remove_all (self->used);
  self->n_drawn = 0;
  catalogue = mien_pack_get_catalogue (pack);
  check_types (&run);
  n = g_list_model_get_n_items (G_LIST_MODEL (catalogue));
  for (guint i = 0; i < n && !g_cancellable_is_cancelled (cancellable); i++)
    {
      g_autoptr(MienAvatar) avatar = g_list_model_get_item (G_LIST_MODEL (catalogue), i);

      check_avatar (&run, avatar);
    }
  for (guint i = 0; i < mien_catalogue_get_n_headshots (catalogue) && !g_cancellable_is_cancelled (cancellable); i++)
    {
      const MienDrawnHeadshot *headshot = mien_catalogue_get_headshot (catalogue, i);

      check_drawing (&run, headshot->file, headshot->sha256, MIEN_DRAWING_HEADSHOT, NULL);
    }
  return problems;
}

guint
mien_pack_check_get_n_drawn (MienPackCheck *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_drawn;
}

static gboolean
is_key (const char *line)
{
  gsize digits = strspn (line, "0123456789abcdef");

  return digits == 64 && line[64] == ' ' && g_ascii_isdigit (line[65]);
}

void
mien_pack_check_recall (MienPackCheck *self,
                        const char    *path)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autofree char *head = g_strdup_printf (MEMORY_HEAD, MIEN_PACK_CHECK_RULES, MIEN_VERSION);
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  g_return_if_fail (self != NULL && path != NULL);

  bytes = mien_file_read (path, MIEN_PACK_CHECK_MAX_MEMORY, NULL, &error);
  if (bytes == NULL)
    {
      g_debug ("No checked drawings are remembered: %s", error->message);
      return;
    }
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  lines = g_strsplit (text, "\n", -1);
  if (!g_str_equal (lines[0] != NULL ? lines[0] : "", head))
    return;
  for (guint i = 1; lines[i] != NULL; i++)
    if (is_key (lines[i]))
      g_hash_table_add (self->good, g_strdup (lines[i]));
}

gboolean
mien_pack_check_remember (MienPackCheck  *self,
                          const char     *path,
                          GError        **error)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GBytes) bytes = NULL;
  GHashTableIter iter;
  gpointer key;

  g_return_val_if_fail (self != NULL && path != NULL, FALSE);

  g_string_printf (text, MEMORY_HEAD "\n", MIEN_PACK_CHECK_RULES, MIEN_VERSION);
  g_hash_table_iter_init (&iter, self->used);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_string_append_printf (text, "%s\n", (const char *) key);
  bytes = g_bytes_new (text->str, text->len);
  return mien_file_write (path, bytes, 0600, NULL, error);
}
