/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-avatar"

#include "mien-config.h"
#include "mien-catalogue-private.h"

#include "mien-avatar-private.h"

/* The model. What reads the file is mien-catalogue-parser.c. */

static void mien_catalogue_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MienCatalogue, mien_catalogue, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, mien_catalogue_list_model_init))

static void
catalogue_type_clear (gpointer data)
{
  MienCatalogueType *type = data;

  g_clear_pointer (&type->name, g_free);
}

static void
headshot_clear (gpointer data)
{
  MienDrawnHeadshot *headshot = data;

  g_clear_pointer (&headshot->id, g_free);
  g_clear_pointer (&headshot->name, g_free);
  g_clear_pointer (&headshot->file, g_free);
  g_clear_pointer (&headshot->sha256, g_free);
}

static void
mien_catalogue_finalize (GObject *object)
{
  MienCatalogue *self = MIEN_CATALOGUE (object);

  g_free (self->name);
  g_array_unref (self->types);
  g_ptr_array_unref (self->avatars);
  g_hash_table_unref (self->by_id);
  g_array_unref (self->headshots);
  g_ptr_array_unref (self->files);
  g_hash_table_unref (self->file_bytes);

  G_OBJECT_CLASS (mien_catalogue_parent_class)->finalize (object);
}

static void
mien_catalogue_class_init (MienCatalogueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_catalogue_finalize;
}

static void
mien_catalogue_init (MienCatalogue *self)
{
  self->types = g_array_new (FALSE, TRUE, sizeof (MienCatalogueType));
  g_array_set_clear_func (self->types, catalogue_type_clear);
  self->avatars = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->headshots = g_array_new (FALSE, TRUE, sizeof (MienDrawnHeadshot));
  g_array_set_clear_func (self->headshots, headshot_clear);
  self->files = g_ptr_array_new_with_free_func (g_free);
  self->file_bytes = g_hash_table_new (g_str_hash, g_str_equal);
}

static GType
mien_catalogue_get_item_type (GListModel *model)
{
  return MIEN_TYPE_AVATAR;
}

static guint
mien_catalogue_get_n_items (GListModel *model)
{
  return MIEN_CATALOGUE (model)->avatars->len;
}

static gpointer
mien_catalogue_get_item (GListModel *model,
                         guint       position)
{
  MienCatalogue *self = MIEN_CATALOGUE (model);

  return position < self->avatars->len ? g_object_ref (g_ptr_array_index (self->avatars, position)) : NULL;
}

static void
mien_catalogue_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = mien_catalogue_get_item_type;
  iface->get_n_items = mien_catalogue_get_n_items;
  iface->get_item = mien_catalogue_get_item;
}

MienAvatar *
mien_catalogue_lookup (MienCatalogue *self,
                       const char    *id)
{
  g_return_val_if_fail (MIEN_IS_CATALOGUE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  return g_hash_table_lookup (self->by_id, id);
}

const char *
mien_catalogue_get_name (MienCatalogue *self)
{
  g_return_val_if_fail (MIEN_IS_CATALOGUE (self), NULL);

  return self->name;
}

const char *
mien_catalogue_get_type_name (MienCatalogue      *self,
                              const PortraitType *type)
{
  g_return_val_if_fail (MIEN_IS_CATALOGUE (self), NULL);
  g_return_val_if_fail (type != NULL, NULL);

  for (guint i = 0; i < self->types->len; i++)
    {
      MienCatalogueType *entry = &g_array_index (self->types, MienCatalogueType, i);

      if (entry->type == type)
        return entry->name;
    }
  return type->name;
}

guint
mien_catalogue_get_n_types (MienCatalogue *self)
{
  g_return_val_if_fail (MIEN_IS_CATALOGUE (self), 0);

  return self->types->len;
}

const PortraitType *
mien_catalogue_get_type_at (MienCatalogue *self,
                            guint          index)
{
  g_return_val_if_fail (MIEN_IS_CATALOGUE (self), NULL);
  g_return_val_if_fail (index < self->types->len, NULL);

  return g_array_index (self->types, MienCatalogueType, index).type;
}

gboolean
mien_catalogue_is_hashed (MienCatalogue *self)
{
  g_return_val_if_fail (MIEN_IS_CATALOGUE (self), FALSE);

  return self->hashed;
}

guint64
mien_catalogue_get_file_bytes (MienCatalogue *self,
                               const char    *sha256)
{
  g_return_val_if_fail (MIEN_IS_CATALOGUE (self), 0);
  g_return_val_if_fail (sha256 != NULL, 0);

  return GPOINTER_TO_SIZE (g_hash_table_lookup (self->file_bytes, sha256));
}

/* In the order of the file: avatars (each before its part behind the head), then headshots. */
char **
mien_catalogue_list_files (MienCatalogue *self)
{
  GStrvBuilder *builder;
  char **files;

  g_return_val_if_fail (MIEN_IS_CATALOGUE (self), NULL);

  builder = g_strv_builder_new ();
  for (guint i = 0; i < self->files->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (self->files, i));
  files = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return files;
}

guint
mien_catalogue_get_n_headshots (MienCatalogue *self)
{
  g_return_val_if_fail (MIEN_IS_CATALOGUE (self), 0);

  return self->headshots->len;
}

const MienDrawnHeadshot *
mien_catalogue_get_headshot (MienCatalogue *self,
                             guint          index)
{
  g_return_val_if_fail (MIEN_IS_CATALOGUE (self), NULL);
  g_return_val_if_fail (index < self->headshots->len, NULL);

  return &g_array_index (self->headshots, MienDrawnHeadshot, index);
}

GPtrArray *
mien_catalogue_query (MienCatalogue      *self,
                      const PortraitType *type,
                      const char         *text)
{
  g_autofree char *folded = NULL;
  GPtrArray *found;

  g_return_val_if_fail (MIEN_IS_CATALOGUE (self), NULL);

  folded = mien_avatar_fold (text != NULL ? text : "");
  found = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < self->avatars->len; i++)
    {
      MienAvatar *avatar = g_ptr_array_index (self->avatars, i);

      if ((type == NULL || avatar->type == type) && mien_avatar_matches (avatar, folded))
        g_ptr_array_add (found, g_object_ref (avatar));
    }
  return found;
}
