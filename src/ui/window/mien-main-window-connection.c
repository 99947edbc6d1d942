/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-ui"

/* The quiet bar at the foot of the main window: how the connection is, never a dialog. */

#include "mien-main-window-private.h"

#include <glib/gi18n.h>

#include "mien-error.h"

static XmppClient *
get_client (MienMainWindow *self)
{
  return mien_session_get_client (mien_account_get_session (self->account));
}

static void
show_bar (MienMainWindow *self,
          const char     *text,
          gboolean        busy,
          const char     *button)
{
  gtk_label_set_text (self->bar_label, text);
  gtk_widget_set_visible (self->bar_spinner, busy);
  gtk_widget_set_visible (self->bar_button, button != NULL);
  if (button != NULL)
    gtk_button_set_label (GTK_BUTTON (self->bar_button), button);
  gtk_revealer_set_reveal_child (self->bar, TRUE);
}

static void
update_bar (MienMainWindow *self)
{
  XmppClient *client = get_client (self);
  const GError *error = xmpp_client_get_error (client);
  guint seconds = xmpp_client_get_retry_seconds (client);

  switch (xmpp_client_get_state (client))
    {
    case XMPP_CLIENT_CONNECTING:
      show_bar (self, _("Signing in…"), TRUE, NULL);
      break;

    case XMPP_CLIENT_RECONNECTING:
      show_bar (self, _("Connecting again…"), TRUE, NULL);
      break;

    case XMPP_CLIENT_WAITING:
      {
        const char *pattern = ngettext ("No connection. Trying again in %u second.",
                                        "No connection. Trying again in %u seconds.", seconds);
        g_autofree char *text = g_strdup_printf (pattern, seconds);

        show_bar (self, text, FALSE, _("Try Now"));
        break;
      }

    case XMPP_CLIENT_OFFLINE:
      if (self->starting)
        show_bar (self, _("Signing in…"), TRUE, NULL);
      else if (error != NULL)
        {
          g_autofree char *text = mien_error_describe (error,
                                                       mien_session_get_jid (mien_account_get_session (self->account)));

          show_bar (self, text, FALSE, _("Sign In"));
        }
      else
        show_bar (self, _("You are offline."), FALSE, _("Sign In"));
      break;

    case XMPP_CLIENT_ONLINE:
    default:
      gtk_revealer_set_reveal_child (self->bar, FALSE);
      break;
    }
}

static gboolean
on_second (gpointer data)
{
  update_bar (MIEN_MAIN_WINDOW (data));

  return G_SOURCE_CONTINUE;
}

static void
on_state_changed (MienMainWindow *self)
{
  gboolean waiting = xmpp_client_get_state (get_client (self)) == XMPP_CLIENT_WAITING;

  if (waiting && self->bar_tick == 0)
    self->bar_tick = g_timeout_add_seconds (1, on_second, self);
  else if (!waiting)
    g_clear_handle_id (&self->bar_tick, g_source_remove);
  update_bar (self);
}

void
mien_main_window_watch_connection (MienMainWindow *self)
{
  g_signal_connect_object (get_client (self), "notify::state", G_CALLBACK (on_state_changed), self, G_CONNECT_SWAPPED);
  on_state_changed (self);
}

void
mien_main_window_set_starting (MienMainWindow *self,
                               gboolean        starting)
{
  g_return_if_fail (MIEN_IS_MAIN_WINDOW (self));

  self->starting = starting;
  update_bar (self);
}

void
mien_main_window_unwatch_connection (MienMainWindow *self)
{
  g_clear_handle_id (&self->bar_tick, g_source_remove);
}

void
mien_main_window_on_bar_clicked (MienMainWindow *self)
{
  if (xmpp_client_get_state (get_client (self)) == XMPP_CLIENT_WAITING)
    xmpp_client_retry_now (get_client (self));
  else
    g_signal_emit_by_name (self, "sign-in-again");
}
