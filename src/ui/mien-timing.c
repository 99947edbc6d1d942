/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

#include "mien-timing.h"

typedef struct
{
  MienFriendList *list;                    /* borrowed: a part of the window */
  MienRoster *roster;                      /* owned */
  guint friends, online, shown, visible;
  gboolean painted;
} Watch;

static void
watch_free (gpointer  data,
            GClosure *closure)
{
  Watch *self = data;

  g_object_unref (self->roster);
  g_free (self);
}

static void
on_after_paint (GdkFrameClock *clock,
                Watch         *self)
{
  guint friends = g_list_model_get_n_items (G_LIST_MODEL (self->roster));
  guint online = mien_roster_get_n_online (self->roster);
  guint shown, visible;

  mien_friend_list_count_portraits (self->list, &shown, &visible);
  if (self->painted && friends == self->friends && online == self->online && shown == self->shown
      && visible == self->visible)
    return;

  self->painted = TRUE;
  self->friends = friends;
  self->online = online;
  self->shown = shown;
  self->visible = visible;
  g_printerr ("timing %" G_GINT64_FORMAT " friends=%u online=%u portraits=%u/%u\n", g_get_monotonic_time (), friends,
              online, shown, visible);
}

static void
on_realize (GtkWidget *window,
            Watch     *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);

  g_signal_connect (clock, "after-paint", G_CALLBACK (on_after_paint), self);
}

static void
on_unrealize (GtkWidget *window,
              Watch     *self)
{
  g_signal_handlers_disconnect_by_data (gtk_widget_get_frame_clock (window), self);
}

void
mien_timing_watch (GtkWidget      *window,
                   MienFriendList *list,
                   MienRoster     *roster)
{
  const GDebugKey keys[] = { { "timing", 1 } };
  Watch *self;

  if (g_parse_debug_string (g_getenv ("MIEN_DEBUG"), keys, G_N_ELEMENTS (keys)) == 0)
    return;

  self = g_new0 (Watch, 1);
  self->list = list;
  self->roster = g_object_ref (roster);
  g_signal_connect_data (window, "realize", G_CALLBACK (on_realize), self, watch_free, G_CONNECT_AFTER);
  g_signal_connect (window, "unrealize", G_CALLBACK (on_unrealize), self);
}
