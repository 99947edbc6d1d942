/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

/* Accounts that another process has removed (mien-server deluser): it leaves their names in the table `removed`, and
 * the server ends their sessions and tells those who had them in their rosters. */

typedef struct
{
  char          *account;   /* who has it in the roster */
  MienRosterRow *row;
} Trace;

typedef struct
{
  MienImOp   base;
  GPtrArray *accounts;      /* of char *: removed */
  GPtrArray *traces;        /* of Trace */
} RemovedOp;

static void
trace_free (gpointer data)
{
  Trace *self = data;

  mien_roster_row_free (self->row);
  g_free (self->account);
  g_free (self);
}

static gboolean
look_work (MienImOp *base, MienDatabase *db, GError **error)
{
  RemovedOp *self = (RemovedOp *) base;

  self->accounts = mien_im_removed_list (db, error);
  return self->accounts != NULL;
}

static gboolean
take_work (MienImOp *base, MienDatabase *db, GError **error)
{
  RemovedOp *self = (RemovedOp *) base;

  self->accounts = mien_im_removed_take (db, error);
  self->traces = g_ptr_array_new_with_free_func (trace_free);
  for (guint i = 0; self->accounts != NULL && i < self->accounts->len; i++)
    {
      const char *removed = g_ptr_array_index (self->accounts, i);
      g_autoptr (GPtrArray) owners = mien_im_roster_owners (db, removed, error);

      for (guint j = 0; owners != NULL && j < owners->len; j++)
        {
          Trace *trace = g_new0 (Trace, 1);

          g_ptr_array_add (self->traces, trace);
          trace->account = g_strdup (g_ptr_array_index (owners, j));
          trace->row = mien_im_roster_get (db, trace->account, removed, error);
          if (trace->row == NULL)
            return FALSE;
        }
      if (owners == NULL)
        return FALSE;
    }
  return self->accounts != NULL;
}

static void
take_done (MienImOp *base, const GError *error)
{
  RemovedOp *self = (RemovedOp *) base;
  MienImAccount *account;

  base->role->removed_open = FALSE;
  if (error != NULL)
    {
      g_warning ("The accounts that were removed cannot be read: %s", error->message);
      return;
    }
  for (guint i = 0; i < self->accounts->len; i++)
    {
      const char *removed = g_ptr_array_index (self->accounts, i);

      g_message ("The account %s was removed", removed);
      while ((account = mien_im_account_find (base->role, removed)) != NULL && account->sessions->len > 0)
        mien_im_session_end (g_ptr_array_index (account->sessions, 0), "not-authorized", "The account was removed");
    }
  for (guint i = 0; i < self->traces->len; i++)
    {
      Trace *trace = g_ptr_array_index (self->traces, i);

      mien_im_roster_pushed (base->role, trace->account, trace->row);
    }
  mien_im_forward_run (base->role);
}

static void
removed_clear (MienImOp *base)
{
  RemovedOp *self = (RemovedOp *) base;

  g_clear_pointer (&self->accounts, g_ptr_array_unref);
  g_clear_pointer (&self->traces, g_ptr_array_unref);
}

static void run (MienImRole *role, gboolean take);

static void
look_done (MienImOp *base, const GError *error)
{
  base->role->removed_open = FALSE;
  if (error != NULL)
    g_warning ("The accounts that were removed cannot be read: %s", error->message);
  else if (((RemovedOp *) base)->accounts->len > 0 && base->role->running)
    run (base->role, TRUE);
}

static void
run (MienImRole *role, gboolean take)
{
  RemovedOp *op = mien_im_op_new (sizeof (RemovedOp), role, NULL, NULL, NULL);

  role->removed_open = TRUE;
  op->base.work = take ? take_work : look_work;
  op->base.done = take ? take_done : look_done;
  op->base.clear = removed_clear;
  mien_im_op_run (op, take ? MIEN_DATABASE_WRITE : MIEN_DATABASE_READ);
}

void
mien_im_removed_look (MienImRole *role)
{
  if (!role->removed_open)
    run (role, FALSE);
}
