/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

#include "mien-im-block-match.h"

typedef struct
{
  MienImOp           base;
  XmppJid           *jid;
  MienImAccountReady callback;
  gpointer           user_data;
  gboolean           exists;
  GPtrArray         *rows;
  GPtrArray         *blocked;
  char              *avatar;
} LoadOp;

MienImAccount *
mien_im_account_find (MienImRole *role, const char *bare)
{
  return g_hash_table_lookup (role->accounts, bare);
}

static gboolean
load_work (MienImOp *base, MienDatabase *db, GError **error)
{
  LoadOp *self = (LoadOp *) base;
  g_autoptr (GError) local_error = NULL;
  gint64 version;
  gboolean delta;

  if (!mien_im_accounts_exists (db, base->account, &self->exists, error))
    return FALSE;
  if (!self->exists)
    return TRUE;
  self->rows = mien_im_roster_list (db, base->account, -1, &version, &delta, error);
  if (self->rows == NULL)
    return FALSE;
  self->blocked = mien_im_blocked_list (db, base->account, error);
  if (self->blocked == NULL)
    return FALSE;
  self->avatar = mien_im_vcard_avatar_id (db, base->account, &local_error);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return error == NULL || *error == NULL;
}

static MienImAccount *
account_new (LoadOp *op)
{
  MienImAccount *self = g_new0 (MienImAccount, 1);

  self->role = op->base.role;
  self->jid = xmpp_jid_ref (op->jid);
  self->sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_im_session_unref);
  self->contacts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->blocked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->avatar = g_strdup (op->avatar != NULL ? op->avatar : "");
  for (guint i = 0; i < op->rows->len; i++)
    {
      MienRosterRow *row = g_ptr_array_index (op->rows, i);

      if (row->bits != 0)
        g_hash_table_insert (self->contacts, g_steal_pointer (&row->jid), GUINT_TO_POINTER (row->bits));
    }
  for (guint i = 0; i < op->blocked->len; i++)
    g_hash_table_add (self->blocked, g_strdup (g_ptr_array_index (op->blocked, i)));
  g_hash_table_insert (self->role->accounts, g_strdup (xmpp_jid_get_bare (self->jid)), self);
  return self;
}

static void
load_done (MienImOp *base, const GError *error)
{
  LoadOp *self = (LoadOp *) base;
  MienImAccount *account = NULL;

  if (error != NULL)
    g_warning ("%s cannot be loaded: %s", base->account, error->message);
  else if (self->exists && base->role->running)
    {
      account = mien_im_account_find (base->role, base->account);
      if (account == NULL)
        account = account_new (self);
      account->holds++;
    }
  self->callback (account, self->user_data);
}

static void
load_clear (MienImOp *base)
{
  LoadOp *self = (LoadOp *) base;

  xmpp_jid_unref (self->jid);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->blocked, g_ptr_array_unref);
  g_free (self->avatar);
}

void
mien_im_account_load (MienImRole *role, XmppJid *jid, MienImAccountReady callback, gpointer user_data)
{
  LoadOp *op = mien_im_op_new (sizeof (LoadOp), role, NULL, NULL, xmpp_jid_get_bare (jid));

  /* Always by the database, even when it is there: sign-ins of one account stay in order. */
  op->jid = xmpp_jid_to_bare (jid);
  op->callback = callback;
  op->user_data = user_data;
  op->base.work = load_work;
  op->base.done = load_done;
  op->base.clear = load_clear;
  mien_im_op_run (op, MIEN_DATABASE_READ);
}

void
mien_im_account_release (MienImAccount *self)
{
  g_assert (self->holds > 0);

  if (--self->holds == 0 && self->sessions->len == 0)
    g_hash_table_remove (self->role->accounts, xmpp_jid_get_bare (self->jid));
}

void
mien_im_account_free (MienImAccount *self)
{
  g_ptr_array_unref (self->sessions);
  g_hash_table_unref (self->contacts);
  g_hash_table_unref (self->blocked);
  xmpp_jid_unref (self->jid);
  g_free (self->avatar);
  g_free (self);
}

MienImSession *
mien_im_account_find_session (MienImAccount *self, const char *resource)
{
  for (guint i = 0; i < self->sessions->len; i++)
    {
      MienImSession *session = g_ptr_array_index (self->sessions, i);

      if (g_str_equal (xmpp_jid_get_resource (session->jid), resource))
        return session;
    }
  return NULL;
}

guint
mien_im_account_get_bits (MienImAccount *self, const char *bare)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->contacts, bare));
}

gboolean
mien_im_account_blocks (MienImAccount *self, const char *jid)
{
  g_auto (GStrv) patterns = NULL;

  if (g_hash_table_size (self->blocked) == 0 || jid == NULL)
    return FALSE;
  patterns = mien_im_block_patterns (jid);
  for (gsize i = 0; patterns[i] != NULL; i++)
    if (g_hash_table_contains (self->blocked, patterns[i]))
      return TRUE;
  return FALSE;
}
