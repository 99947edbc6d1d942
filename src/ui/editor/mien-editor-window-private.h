/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>
#include <portrait-compositor.h>

#include "mien-adjust-panel.h"
#include "mien-display.h"
#include "mien-editor-window.h"
#include "mien-face-finder.h"
#include "mien-headshot.h"
#include "mien-previews.h"
#include "mien-ring.h"

G_BEGIN_DECLS

#define MIEN_TYPE_EDITOR_WINDOW (mien_editor_window_get_type ())
G_DECLARE_FINAL_TYPE (MienEditorWindow, mien_editor_window, MIEN, EDITOR_WINDOW, AdwApplicationWindow)

#define MIEN_EDITOR_SETTLE_MS 400        /* after the last change: one undo step ends, the previews follow */

/* Something that is sent to the servers, S324: what the bar says meanwhile, what begins when there is a connection, and
 * what ends it when there will be none, or nobody waits for it any more. */
typedef struct
{
  const char *words;
  void (*start) (MienEditorWindow *self);
  void (*failed) (MienEditorWindow *self, const GError *error);
} MienPublishErrand;

struct _MienEditorWindow
{
  AdwApplicationWindow parent_instance;

  /* Models, a reference on each */
  MienSession        *session;
  MienDraft          *draft;
  MienWardrobe       *wardrobe;
  MienGallery        *gallery;
  MienPublisher      *publisher;

  /* Owned */
  GCancellable       *cancellable;       /* of everything the window waits for */
  PortraitCompositor *compositor;
  GHashTable         *art;               /* type's name → what the compositor has of it */
  char               *active;            /* the type being adjusted, or NULL */
  PortraitLook       *opened;            /* to go back to when the changes are discarded */
  AdwToast           *toast;             /* the one that is shown; weak */
  guint               settle_source;
  gboolean            headshot_missing;  /* the look names one that cannot be read, or the first is on its way */
  cairo_surface_t    *shown_headshot;

  /* The ring's content */
  const PortraitType *type;              /* chosen in the list */
  char               *search;            /* folded, or NULL */

  /* S316-S322 */
  cairo_surface_t    *portrait;          /* the last snapshot */
  gboolean            snapshot_stale, snapshot_running;
  GPtrArray          *snapshot_tasks;    /* of GTask, waiting for the next snapshot */

  /* S300: what the headshot was cut from, for as long as the window is open */
  cairo_surface_t    *photo;
  MienCrop            crop;

  /* S324 */
  GCancellable       *publish_cancellable;
  cairo_surface_t    *publishing;        /* the picture on its way */
  PortraitLook       *publishing_look;   /* what it shows; NULL: not what the draft has now */
  cairo_surface_t    *published;         /* the one before it, for "Undo"; or NULL */
  cairo_surface_t    *seen;              /* the last one that this window published and friends see; or NULL */
  const MienPublishErrand *errand;       /* what is under way, while publish_cancellable is there */
  gboolean            was_published;
  gboolean            can_take_back;     /* what was there before is known */
  gboolean            close_allowed;

  /* Widgets, borrowed from the template */
  GtkWidget *toasts, *header, *undo, *redo, *save, *publish;
  GtkWidget *types, *search_entry, *crop_button, *eyes_button;
  GtkWidget *display, *ring, *pager, *page_label, *page_back, *page_next, *empty_label;
  GtkWidget *panel, *beside_stack, *wearing, *wearing_list, *previews;
  GtkWidget *publish_bar, *publish_text, *publish_detail, *publish_progress, *publish_retry, *publish_undo,
      *publish_cancel;
  GtkWidget *sync_revealer, *sync_bar, *hint;
};

/* -look: S308-S314 */
void mien_editor_window_init_look (MienEditorWindow *self);          /* after the models are there */
void mien_editor_window_show_look (MienEditorWindow *self);          /* the draft's */
void mien_editor_window_set_active (MienEditorWindow *self, const char *type);
void mien_editor_window_pick (MienEditorWindow *self, MienAvatar *avatar);
void mien_editor_window_remove (MienEditorWindow *self, const char *type);
const char *mien_editor_window_get_layer_name (MienEditorWindow *self, const PortraitLayer *layer);
gboolean mien_editor_window_has_all_art (MienEditorWindow *self);
/* Takes the face's change without moving what was placed by hand. */
void mien_editor_window_set_face (MienEditorWindow *self, const PortraitFace *face, const char *label);

/* -wardrobe: what can be chosen */
void mien_editor_window_init_wardrobe (MienEditorWindow *self);
void mien_editor_window_fill_ring (MienEditorWindow *self);
void mien_editor_window_on_search (GtkSearchEntry *entry, MienEditorWindow *self);
void mien_editor_window_on_type (GtkListBox *list, GtkListBoxRow *row, MienEditorWindow *self);
void mien_editor_window_show_page (MienEditorWindow *self);

/* -snapshot: S316-S322 */
void mien_editor_window_snapshot_async (MienEditorWindow *self, GAsyncReadyCallback callback, gpointer user_data);
/* (transfer full) */
cairo_surface_t *mien_editor_window_snapshot_finish (MienEditorWindow *self, GAsyncResult *result, GError **error);
void             mien_editor_window_snapshot_soon (MienEditorWindow *self);      /* the picture changed */
void             mien_editor_window_snapshot_now (MienEditorWindow *self);
void             mien_editor_window_art_arrived (MienEditorWindow *self);

/* -headshot: S300-S306 */
void mien_editor_window_init_headshot (MienEditorWindow *self);
void mien_editor_window_change_headshot (MienEditorWindow *self, gboolean crop);
void mien_editor_window_paste_headshot (MienEditorWindow *self);
void mien_editor_window_accept_drops (MienEditorWindow *self);

/* -publish: S324 */
void mien_editor_window_publish (MienEditorWindow *self);
void mien_editor_window_undo_publish (MienEditorWindow *self);
void mien_editor_window_hide_publish (MienEditorWindow *self);

/* -actions */
void mien_editor_window_add_actions (MienEditorWindow *self);
void mien_editor_window_bind_keys (GtkWidgetClass *widget_class);
void mien_editor_window_update_actions (MienEditorWindow *self);
void mien_editor_window_tell (MienEditorWindow *self, const char *text, const char *button, const char *action);
void mien_editor_window_forget_undo_offer (MienEditorWindow *self);      /* the look changed */
void mien_editor_window_tell_error (MienEditorWindow *self, const char *what, const GError *error);

G_END_DECLS
