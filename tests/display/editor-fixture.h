/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "display.h"

#include "mien-editor-window-private.h"

G_BEGIN_DECLS

/* The editor as a user has it, by pointer and keys, on the starter pack and without a server. */
typedef struct
{
  char          *folder;
  SoupSession   *http;
  MienSession   *session;
  MienWardrobe  *wardrobe;
  MienGallery   *gallery;
  MienPublisher *publisher;
  MienDraft     *draft;
  GtkWidget     *window;
  MienEditorWindow *editor;
} EditorFixture;

/* The installed catalogue, for editor_set_up(): the starter pack unless it is changed. */
extern const char *editor_pack;

/* After test_display_init(). */
void        editor_init (void);

void        editor_set_up (EditorFixture *self, gconstpointer data);
void        editor_tear_down (EditorFixture *self, gconstpointer data);
void        editor_open_draft (EditorFixture *self);
void        editor_open_window (EditorFixture *self);
void        editor_close_window (EditorFixture *self);
/* A picture for somebody to look at, where a folder for them was given. */
void        editor_shoot (EditorFixture *self, const char *name);

const PortraitLook *editor_get_look (EditorFixture *self);
GtkWidget  *editor_get_item (EditorFixture *self, const char *id);
/* The avatar of this place on the ring's page. */
MienAvatar *editor_get_avatar_at (EditorFixture *self, guint index);
void        editor_choose_type (EditorFixture *self, const char *type);
/* Picks from the ring by a click, and waits for the layer's sharp picture. */
void        editor_pick (EditorFixture *self, guint index);
/* A PNG in the fixture's folder. */
void        editor_write_photo (EditorFixture *self, const char *name, int width, int height);

G_END_DECLS
