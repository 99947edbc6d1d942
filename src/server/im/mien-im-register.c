/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

/* In-band registration (XEP-0077) after sign-in: another password, the end of the account. New accounts are made before
 * sign-in, by the acceptor. */

typedef struct
{
  MienImOp      base;
  XmppScramKeys keys;
  char         *domain;
  GPtrArray    *effects;
} RegisterOp;

static gboolean
password_work (MienImOp *base, MienDatabase *db, GError **error)
{
  return mien_im_accounts_set_keys (db, base->account, &((RegisterOp *) base)->keys, error);
}

static void
password_done (MienImOp *base, const GError *error)
{
  mien_im_op_answer (base, error);
}

static void
register_clear (MienImOp *base)
{
  RegisterOp *self = (RegisterOp *) base;

  explicit_bzero (&self->keys, sizeof self->keys);
  g_free (self->domain);
  g_clear_pointer (&self->effects, g_ptr_array_unref);
}

typedef struct
{
  MienImSession *session;
  XmppNode      *iq;
  char          *password;
} Change;

static void
change_free (gpointer data)
{
  Change *self = data;

  mien_im_session_release (self->session);
  mien_im_session_unref (self->session);
  xmpp_node_unref (self->iq);
  explicit_bzero (self->password, strlen (self->password));
  g_free (self->password);
  g_free (self);
}

/* Deriving keys takes milliseconds of one core. */
static void
derive_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Change *change = data;
  g_autoptr (GError) error = NULL;
  XmppScramKeys *keys = g_new0 (XmppScramKeys, 1);

  if (xmpp_scram_keys_derive (keys, change->password, 0, &error))
    g_task_return_pointer (task, keys, g_free);
  else
    {
      g_free (keys);
      g_task_return_error (task, g_steal_pointer (&error));
    }
}

static void
on_derived (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Change *change = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autofree XmppScramKeys *keys = g_task_propagate_pointer (G_TASK (result), &error);
  RegisterOp *op;

  if (keys == NULL)
    {
      mien_im_bounce (change->session->role, change->iq, "modify", "not-acceptable", error->message);
      return;
    }
  op = mien_im_op_new (sizeof (RegisterOp), change->session->role, change->session, change->iq,
                       xmpp_jid_get_bare (change->session->jid));
  op->keys = *keys;
  explicit_bzero (keys, sizeof *keys);
  op->base.work = password_work;
  op->base.done = password_done;
  op->base.clear = register_clear;
  mien_im_op_run (op, MIEN_DATABASE_WRITE);
}

static void
change_password (MienImSession *session, XmppNode *iq, const char *password)
{
  Change *change = g_new0 (Change, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_derived, NULL);

  mien_im_session_hold (session);
  change->session = mien_im_session_ref (session);
  change->iq = xmpp_node_ref (iq);
  change->password = g_strdup (password);
  g_task_set_task_data (task, change, change_free);
  g_task_run_in_thread (task, derive_thread);
}

/* Section 3.2: whoever had a subscription with the account is told that it has ended. */
static gboolean
remove_work (MienImOp *base, MienDatabase *db, GError **error)
{
  RegisterOp *self = (RegisterOp *) base;
  g_autoptr (GPtrArray) rows = NULL;
  gint64 version;
  gboolean delta;

  rows = mien_im_roster_list (db, base->account, -1, &version, &delta, error);
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      MienRosterRow *row = g_ptr_array_index (rows, i);

      if (row->bits != 0
          && (!mien_im_subscribe_apply (db, self->domain, base->account, row->jid, MIEN_UNSUBSCRIBE, NULL,
                                        self->effects, error)
              || !mien_im_subscribe_apply (db, self->domain, base->account, row->jid, MIEN_UNSUBSCRIBED, NULL,
                                           self->effects,
                                           error)))
        return FALSE;
    }
  return rows != NULL && mien_im_accounts_remove (db, base->account, error);
}

static void
remove_done (MienImOp *base, const GError *error)
{
  MienImAccount *account;

  mien_im_op_answer (base, error);
  if (error != NULL)
    return;
  mien_im_effects_run (base->role, ((RegisterOp *) base)->effects);
  g_message ("The account %s was removed by its owner", base->account);
  while ((account = mien_im_account_find (base->role, base->account)) != NULL && account->sessions->len > 0)
    mien_im_session_end (g_ptr_array_index (account->sessions, 0), "not-authorized", "The account was removed");
  mien_im_forward_run (base->role);
}

static void
remove_account (MienImSession *session, XmppNode *iq)
{
  RegisterOp *op = mien_im_op_new (sizeof (RegisterOp), session->role, session, iq, xmpp_jid_get_bare (session->jid));

  op->domain = g_strdup (session->role->domain);
  op->effects = mien_im_effects_new ();
  op->base.work = remove_work;
  op->base.done = remove_done;
  op->base.clear = register_clear;
  mien_im_op_run (op, MIEN_DATABASE_WRITE);
}

void
mien_im_register_iq (MienImSession *session, XmppNode *iq)
{
  const char *username, *password;
  gboolean remove;

  if (g_strcmp0 (xmpp_node_get (iq, "type"), "get") == 0)
    mien_im_reply (session->role, xmpp_register_fields_result (iq, TRUE, NULL));
  else if (!xmpp_register_parse_submit (iq, &username, &password, &remove))
    mien_im_bounce (session->role, iq, "modify", "bad-request", NULL);
  else if (remove)
    remove_account (session, iq);
  else if (username == NULL || password == NULL || *password == '\0')
    mien_im_bounce (session->role, iq, "modify", "bad-request", NULL);
  else if (g_strcmp0 (username, xmpp_jid_get_local (session->jid)) != 0)
    mien_im_bounce (session->role, iq, "cancel", "not-allowed", NULL);
  else
    change_password (session, iq, password);
}
