/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE             /* memmem */
#define G_LOG_DOMAIN "mien-avatar"

#include "mien-avatar-private.h"

#include <string.h>

G_DEFINE_FINAL_TYPE (MienAvatar, mien_avatar, G_TYPE_OBJECT)

void
mien_avatar_variant_clear (gpointer data)
{
  MienAvatarVariant *variant = data;

  g_clear_pointer (&variant->id, g_free);
  g_clear_pointer (&variant->name, g_free);
  g_clear_pointer (&variant->colours, g_strfreev);
}

static void
mien_avatar_finalize (GObject *object)
{
  MienAvatar *self = MIEN_AVATAR (object);

  g_free (self->id);
  g_free (self->name);
  g_strfreev (self->tags);
  g_strfreev (self->sets);
  g_free (self->licence);
  g_free (self->file);
  g_free (self->behind_file);
  g_free (self->sha256);
  g_free (self->behind_sha256);
  g_clear_pointer (&self->variants, g_array_unref);
  g_free (self->search_key);

  G_OBJECT_CLASS (mien_avatar_parent_class)->finalize (object);
}

static void
mien_avatar_class_init (MienAvatarClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_avatar_finalize;
}

static void
mien_avatar_init (MienAvatar *self)
{
  self->variants = g_array_new (FALSE, TRUE, sizeof (MienAvatarVariant));
  g_array_set_clear_func (self->variants, mien_avatar_variant_clear);
}

const char *
mien_avatar_get_id (MienAvatar *self)
{
  g_return_val_if_fail (MIEN_IS_AVATAR (self), NULL);

  return self->id;
}

const char *
mien_avatar_get_name (MienAvatar *self)
{
  g_return_val_if_fail (MIEN_IS_AVATAR (self), NULL);

  return self->name;
}

const PortraitType *
mien_avatar_get_avatar_type (MienAvatar *self)
{
  g_return_val_if_fail (MIEN_IS_AVATAR (self), NULL);

  return self->type;
}

const char * const *
mien_avatar_get_tags (MienAvatar *self)
{
  g_return_val_if_fail (MIEN_IS_AVATAR (self), NULL);

  return (const char * const *) self->tags;
}

const char * const *
mien_avatar_get_sets (MienAvatar *self)
{
  g_return_val_if_fail (MIEN_IS_AVATAR (self), NULL);

  return (const char * const *) self->sets;
}

const char *
mien_avatar_get_licence (MienAvatar *self)
{
  g_return_val_if_fail (MIEN_IS_AVATAR (self), NULL);

  return self->licence;
}

const char *
mien_avatar_get_file (MienAvatar *self)
{
  g_return_val_if_fail (MIEN_IS_AVATAR (self), NULL);

  return self->file;
}

const char *
mien_avatar_get_behind_file (MienAvatar *self)
{
  g_return_val_if_fail (MIEN_IS_AVATAR (self), NULL);

  return self->behind_file;
}

const char *
mien_avatar_get_sha256 (MienAvatar *self)
{
  g_return_val_if_fail (MIEN_IS_AVATAR (self), NULL);

  return self->sha256;
}

const char *
mien_avatar_get_behind_sha256 (MienAvatar *self)
{
  g_return_val_if_fail (MIEN_IS_AVATAR (self), NULL);

  return self->behind_sha256;
}

guint
mien_avatar_get_n_variants (MienAvatar *self)
{
  g_return_val_if_fail (MIEN_IS_AVATAR (self), 0);

  return self->variants->len;
}

const MienAvatarVariant *
mien_avatar_get_variant (MienAvatar *self,
                         guint       index)
{
  g_return_val_if_fail (MIEN_IS_AVATAR (self), NULL);
  g_return_val_if_fail (index < self->variants->len, NULL);

  return &g_array_index (self->variants, MienAvatarVariant, index);
}

/* NULL when @id is NULL (the drawing's own colours) or names no variant. */
const MienAvatarVariant *
mien_avatar_find_variant (MienAvatar *self,
                          const char *id)
{
  g_return_val_if_fail (MIEN_IS_AVATAR (self), NULL);

  for (guint i = 0; id != NULL && i < self->variants->len; i++)
    {
      const MienAvatarVariant *variant = &g_array_index (self->variants, MienAvatarVariant, i);

      if (g_str_equal (variant->id, id))
        return variant;
    }
  return NULL;
}

/* Case and accents do not matter, and full-width letters are letters: compatibility decomposition without its marks,
 * case folded; words are separated by one space. */
char *
mien_avatar_fold (const char *text)
{
  g_autofree char *valid = NULL;
  g_autofree char *decomposed = NULL;
  g_autofree char *folded = NULL;
  GString *out;
  gboolean gap = FALSE;

  g_return_val_if_fail (text != NULL, NULL);

  valid = g_utf8_make_valid (text, -1);
  decomposed = g_utf8_normalize (valid, -1, G_NORMALIZE_ALL);
  folded = g_utf8_casefold (decomposed, -1);
  out = g_string_sized_new (strlen (folded));
  for (const char *p = folded; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_ismark (c))
        continue;
      if (g_unichar_isspace (c))
        {
          gap = out->len > 0;
          continue;
        }
      if (gap)
        g_string_append_c (out, ' ');
      gap = FALSE;
      g_string_append_unichar (out, c);
    }
  return g_string_free (out, FALSE);
}

/* Every word must occur, in any order. */
gboolean
mien_avatar_matches (MienAvatar *self,
                     const char *folded_text)
{
  size_t key_length;

  g_return_val_if_fail (MIEN_IS_AVATAR (self), FALSE);
  g_return_val_if_fail (folded_text != NULL, FALSE);

  key_length = strlen (self->search_key);
  for (const char *word = folded_text; *word != '\0';)
    {
      size_t length = strcspn (word, " ");

      if (length > 0 && memmem (self->search_key, key_length, word, length) == NULL)
        return FALSE;
      word += length + (word[length] == ' ' ? 1 : 0);
    }
  return TRUE;
}
