/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-draft-private.h"

/* The look being made, and the steps to undo and redo. */

enum { PROP_0, PROP_CAN_UNDO, PROP_CAN_REDO, PROP_DIRTY, PROP_SAVE_ERROR, N_PROPS };
enum { CHANGED, N_SIGNALS };

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MienDraft, mien_draft, G_TYPE_OBJECT)

static void
step_free (gpointer data)
{
  MienDraftStep *step = data;

  portrait_look_free (step->look);
  g_free (step->label);
  g_free (step);
}

static MienDraftStep *
step_new (const PortraitLook *look,
          const char         *label)
{
  MienDraftStep *step = g_new (MienDraftStep, 1);

  step->look = portrait_look_copy (look);
  step->label = g_strdup (label);
  return step;
}

const PortraitLook *
mien_draft_get_look (MienDraft *self)
{
  g_return_val_if_fail (MIEN_IS_DRAFT (self), NULL);

  return self->look;
}

void
mien_draft_emit_changed (MienDraft *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

void
mien_draft_notify_save_error (MienDraft *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SAVE_ERROR]);
}

static void
emit_changed (MienDraft *self,
              gboolean   could_undo,
              gboolean   could_redo,
              gboolean   was_dirty)
{
  if (could_undo != (self->undo->len > 0))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_UNDO]);
  if (could_redo != (self->redo->len > 0))
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_REDO]);
  if (was_dirty != self->dirty)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DIRTY]);
  mien_draft_emit_changed (self);
}

void
mien_draft_set_look (MienDraft          *self,
                     const PortraitLook *look,
                     const char         *label,
                     const char         *merge_key)
{
  gboolean could_undo, could_redo, was_dirty;

  g_return_if_fail (MIEN_IS_DRAFT (self));
  g_return_if_fail (look != NULL);

  if (portrait_look_equal (self->look, look))
    return;
  could_undo = self->undo->len > 0;
  could_redo = self->redo->len > 0;
  was_dirty = self->dirty;
  if (merge_key == NULL || g_strcmp0 (merge_key, self->merge_key) != 0)
    {
      g_ptr_array_add (self->undo, step_new (self->look, label));
      if (self->undo->len > MIEN_DRAFT_MAX_UNDO)
        g_ptr_array_remove_index (self->undo, 0);
    }
  g_ptr_array_set_size (self->redo, 0);
  g_free (self->merge_key);
  self->merge_key = g_strdup (merge_key);
  {
    PortraitLook *copy = portrait_look_copy (look);   /* @look may be ours */

    portrait_look_free (self->look);
    self->look = copy;
  }
  self->dirty = TRUE;
  mien_draft_save_soon (self);
  emit_changed (self, could_undo, could_redo, was_dirty);
}

static void
give_headshots (GPtrArray          *steps,
                const char         *hash,
                const PortraitFace *face,
                guint32             backdrop)
{
  for (guint i = 0; i < steps->len; i++)
    {
      PortraitLook *look = ((MienDraftStep *) g_ptr_array_index (steps, i))->look;

      if (portrait_look_get_headshot (look) != NULL)
        continue;
      portrait_look_set_headshot (look, hash, face);
      portrait_look_set_backdrop (look, backdrop);
    }
}

void
mien_draft_take_first_headshot (MienDraft          *self,
                                const char         *hash,
                                const PortraitFace *face,
                                guint32             backdrop)
{
  gboolean was_dirty = self->dirty;

  portrait_look_set_headshot (self->look, hash, face);
  portrait_look_set_backdrop (self->look, backdrop);
  give_headshots (self->undo, hash, face, backdrop);
  give_headshots (self->redo, hash, face, backdrop);
  self->dirty = TRUE;
  mien_draft_save_soon (self);
  emit_changed (self, self->undo->len > 0, self->redo->len > 0, was_dirty);
}

void
mien_draft_end_merge (MienDraft *self)
{
  g_return_if_fail (MIEN_IS_DRAFT (self));

  g_clear_pointer (&self->merge_key, g_free);
}

/* The step that is taken back goes onto the other stack, under its own label. */
static gboolean
take_back (MienDraft *self,
           GPtrArray *from,
           GPtrArray *onto)
{
  gboolean could_undo = self->undo->len > 0, could_redo = self->redo->len > 0, was_dirty = self->dirty;
  MienDraftStep *step;

  if (from->len == 0)
    return FALSE;
  step = g_ptr_array_steal_index (from, from->len - 1);
  g_ptr_array_add (onto, step_new (self->look, step->label));
  portrait_look_free (self->look);
  self->look = g_steal_pointer (&step->look);
  g_free (step->label);
  g_free (step);
  mien_draft_end_merge (self);
  self->dirty = TRUE;
  mien_draft_save_soon (self);
  emit_changed (self, could_undo, could_redo, was_dirty);
  return TRUE;
}

gboolean
mien_draft_undo (MienDraft *self)
{
  g_return_val_if_fail (MIEN_IS_DRAFT (self), FALSE);

  return take_back (self, self->undo, self->redo);
}

gboolean
mien_draft_redo (MienDraft *self)
{
  g_return_val_if_fail (MIEN_IS_DRAFT (self), FALSE);

  return take_back (self, self->redo, self->undo);
}

static const char *
last_label (GPtrArray *steps)
{
  MienDraftStep *step = steps->len > 0 ? g_ptr_array_index (steps, steps->len - 1) : NULL;

  return step == NULL ? NULL : step->label != NULL ? step->label : "";
}

const char *
mien_draft_get_undo_label (MienDraft *self)
{
  g_return_val_if_fail (MIEN_IS_DRAFT (self), NULL);

  return last_label (self->undo);
}

const char *
mien_draft_get_redo_label (MienDraft *self)
{
  g_return_val_if_fail (MIEN_IS_DRAFT (self), NULL);

  return last_label (self->redo);
}

gboolean
mien_draft_is_dirty (MienDraft *self)
{
  g_return_val_if_fail (MIEN_IS_DRAFT (self), FALSE);

  return self->dirty;
}

void
mien_draft_mark_clean (MienDraft *self)
{
  g_return_if_fail (MIEN_IS_DRAFT (self));

  if (!self->dirty)
    return;
  self->dirty = FALSE;
  mien_draft_save_soon (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DIRTY]);
}

void
mien_draft_take_loaded (MienDraft    *self,
                        PortraitLook *look,
                        gboolean      dirty)
{
  gboolean was_dirty = self->dirty;

  portrait_look_free (self->look);
  self->look = look;
  self->dirty = dirty;
  emit_changed (self, FALSE, FALSE, was_dirty);
}

const char *
mien_draft_get_save_error (MienDraft *self)
{
  g_return_val_if_fail (MIEN_IS_DRAFT (self), NULL);

  return self->save_error;
}

/* ---- life ---- */

static void
mien_draft_get_property (GObject    *object,
                         guint       id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  MienDraft *self = MIEN_DRAFT (object);

  switch (id)
    {
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, self->undo->len > 0);
      break;

    case PROP_CAN_REDO:
      g_value_set_boolean (value, self->redo->len > 0);
      break;

    case PROP_DIRTY:
      g_value_set_boolean (value, self->dirty);
      break;

    case PROP_SAVE_ERROR:
      g_value_set_string (value, self->save_error);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
    }
}

static void
mien_draft_dispose (GObject *object)
{
  MienDraft *self = MIEN_DRAFT (object);

  if (self->saver != NULL)
    mien_draft_flush (self);
  g_clear_handle_id (&self->save_source, g_source_remove);
  G_OBJECT_CLASS (mien_draft_parent_class)->dispose (object);
}

static void
mien_draft_finalize (GObject *object)
{
  MienDraft *self = MIEN_DRAFT (object);

  mien_draft_clear_surfaces (self);
  g_hash_table_unref (self->files);
  g_free (self->save_error);
  g_ptr_array_unref (self->undo);
  g_ptr_array_unref (self->redo);
  portrait_look_free (self->look);
  g_clear_object (&self->headshots);
  if (self->saver != NULL)
    mien_draft_saver_unref (self->saver);
  g_free (self->merge_key);
  g_free (self->loading);
  g_free (self->directory);
  G_OBJECT_CLASS (mien_draft_parent_class)->finalize (object);
}

static void
mien_draft_class_init (MienDraftClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mien_draft_get_property;
  object_class->dispose = mien_draft_dispose;
  object_class->finalize = mien_draft_finalize;

  props[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_DIRTY] = g_param_spec_boolean ("dirty", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_SAVE_ERROR] = g_param_spec_string ("save-error", NULL, NULL, NULL,
                                                G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CHANGED] = g_signal_new ("changed", MIEN_TYPE_DRAFT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mien_draft_init (MienDraft *self)
{
  self->look = portrait_look_new ();
  self->undo = g_ptr_array_new_with_free_func (step_free);
  self->redo = g_ptr_array_new_with_free_func (step_free);
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

MienDraft *
mien_draft_new (const char *directory)
{
  MienDraft *self;
  g_autofree char *headshots = NULL;

  g_return_val_if_fail (directory != NULL, NULL);

  self = g_object_new (MIEN_TYPE_DRAFT, NULL);
  self->directory = g_strdup (directory);
  headshots = g_build_filename (directory, "headshots", NULL);
  self->headshots = mien_cache_new (headshots, G_CHECKSUM_SHA256, 0);
  self->saver = mien_draft_saver_new (directory);
  return self;
}
