/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * The GListModel of a type that keeps its items in a GPtrArray: defines list_model_init() for G_IMPLEMENT_INTERFACE.
 * Stands behind the struct; @CAST is the type's cast, @array the field, @ITEM_TYPE the type of all items.
 */
#define MIEN_DEFINE_ARRAY_MODEL(CAST, array, ITEM_TYPE) \
  static GType \
  list_model_get_item_type (GListModel *model) \
  { \
    return ITEM_TYPE; \
  } \
  \
  static guint \
  list_model_get_n_items (GListModel *model) \
  { \
    return CAST (model)->array->len; \
  } \
  \
  static gpointer \
  list_model_get_item (GListModel *model, guint position) \
  { \
    GPtrArray *items = CAST (model)->array; \
  \
    return position < items->len ? g_object_ref (g_ptr_array_index (items, position)) : NULL; \
  } \
  \
  static void \
  list_model_init (GListModelInterface *iface) \
  { \
    iface->get_item_type = list_model_get_item_type; \
    iface->get_n_items = list_model_get_n_items; \
    iface->get_item = list_model_get_item; \
  }

G_END_DECLS
