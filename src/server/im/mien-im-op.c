/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

gpointer
mien_im_op_new (gsize size, MienImRole *role, MienImSession *session, const XmppNode *stanza, const char *account)
{
  MienImOp *self;

  g_assert (size >= sizeof (MienImOp));

  self = g_malloc0 (size);
  self->role = g_object_ref (role);
  self->session = session != NULL ? mien_im_session_ref (session) : NULL;
  self->stanza = stanza != NULL ? xmpp_node_ref ((XmppNode *) stanza) : NULL;
  self->account = g_strdup (account);
  return self;
}

void
mien_im_op_free (gpointer op)
{
  MienImOp *self = op;

  if (self->clear != NULL)
    self->clear (self);
  g_clear_pointer (&self->session, mien_im_session_unref);
  g_clear_pointer (&self->stanza, xmpp_node_unref);
  g_object_unref (self->role);
  g_free (self->account);
  g_free (self);
}

static gpointer
op_work (MienDatabase *db, sqlite3 *sql, gpointer data, GError **error)
{
  MienImOp *self = data;
  g_autoptr (GError) local_error = NULL;

  if (!self->work (self, db, &local_error))
    {
      g_assert (local_error != NULL);
      g_propagate_error (error, g_steal_pointer (&local_error));
    }
  return NULL;
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MienImOp *self = user_data;
  g_autoptr (GError) error = NULL;

  mien_database_run_finish (MIEN_DATABASE (source), result, &error);
  self->done (self, error);
  if (self->session != NULL)
    mien_im_session_release (self->session);
}

void
mien_im_op_run (gpointer op, MienDatabaseMode mode)
{
  MienImOp *self = op;

  g_assert (self->work != NULL && self->done != NULL);

  if (self->session != NULL)
    mien_im_session_hold (self->session);
  mien_database_run_async (self->role->db, mode, op_work, self, mien_im_op_free, NULL, NULL, on_done, self);
}

void
mien_im_op_answer (MienImOp *self, const GError *error)
{
  if (error != NULL)
    mien_im_bounce_error (self->role, self->stanza, error);
  else
    mien_im_reply (self->role, xmpp_iq_result_for (self->stanza));
}
