/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-portrait"

#include "mien-config.h"

#include "mien-portrait-server-error.h"
#include "mien-portrait-table-postgres.h"
#include "mien-portrait-table-private.h"

#include <glib/gi18n-lib.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA_VERSION 1

/* The accounts come in byte order (COLLATE "C"): no locale changes what a key is. Rows are updated in place
   (fillfactor). */
static const char schema[] =
  "CREATE TABLE IF NOT EXISTS mien_schema (version integer NOT NULL);"
  "CREATE TABLE IF NOT EXISTS portrait ("
  "  account text COLLATE \"C\" PRIMARY KEY,"
  "  address text COLLATE \"C\" NOT NULL,"
  "  sha256 bytea NOT NULL CHECK (length (sha256) = 32),"
  "  sha1 bytea CHECK (length (sha1) = 20),"
  "  type smallint NOT NULL,"
  "  bytes integer NOT NULL,"
  "  width integer NOT NULL,"
  "  height integer NOT NULL,"
  "  updated bigint NOT NULL"
  ") WITH (fillfactor = 85);"
  "CREATE INDEX IF NOT EXISTS portrait_address ON portrait (address);"
  "CREATE TABLE IF NOT EXISTS upload (nonce bytea PRIMARY KEY, expires bigint NOT NULL);"
  "CREATE INDEX IF NOT EXISTS upload_expires ON upload (expires);"
  "CREATE TABLE IF NOT EXISTS alias (name text COLLATE \"C\" PRIMARY KEY, address text COLLATE \"C\" NOT NULL);"
  "CREATE INDEX IF NOT EXISTS alias_address ON alias (address);"
  "INSERT INTO mien_schema SELECT 1 WHERE NOT EXISTS (SELECT FROM mien_schema);";

struct _MienPortraitTablePostgres
{
  GObject parent_instance;

  char *address;
  GMutex mutex;
  GCond cond;
  GQueue idle;      /* by mutex: of PGconn */
  guint n_open;     /* by mutex: idle and lent */
};

static void mien_portrait_table_iface_init (MienPortraitTableInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MienPortraitTablePostgres, mien_portrait_table_postgres, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MIEN_TYPE_PORTRAIT_TABLE, mien_portrait_table_iface_init))

/* ---- connections ---- */

static void
set_error (PGconn   *conn,
           PGresult *result,
           GError  **error)
{
  const char *state = result != NULL ? PQresultErrorField (result, PG_DIAG_SQLSTATE) : NULL;
  g_autofree char *text = g_strdup (result != NULL ? PQresultErrorMessage (result) : PQerrorMessage (conn));

  g_strchomp (text);
  if (state != NULL && g_str_has_prefix (state, "53100"))
    g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_FULL, text);
  else if (PQstatus (conn) != CONNECTION_OK ||
           (state != NULL && (g_str_has_prefix (state, "57P") || g_str_has_prefix (state, "53") ||
                              g_str_has_prefix (state, "08") || g_str_has_prefix (state, "40"))))
    g_set_error (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_UNAVAILABLE,
                 _("The database cannot be reached: %s. Check [portrait] database and that PostgreSQL runs."), text);
  else
    g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_INTERNAL, text);
}

static void
quiet_notice (void *arg, const char *message)
{
  g_debug ("postgresql: %s", message);
}

static PGconn *
connect_now (MienPortraitTablePostgres *self,
             GError                   **error)
{
  g_autofree char *seconds = g_strdup_printf ("%d", MIEN_PORTRAIT_POSTGRES_CONNECT_SECONDS);
  const char *keys[] = { "connect_timeout", "application_name", "dbname", NULL };
  const char *values[] = { seconds, "mien-server", self->address, NULL };
  PGconn *conn = PQconnectdbParams (keys, values, 1);
  PGresult *result;

  PQsetNoticeProcessor (conn, quiet_notice, NULL);
  result = PQstatus (conn) == CONNECTION_OK ? PQexec (conn, "SET synchronous_commit TO on") : NULL;
  if (PQresultStatus (result) == PGRES_COMMAND_OK)
    {
      PQclear (result);
      return conn;
    }
  set_error (conn, result, error);
  PQclear (result);
  PQfinish (conn);
  return NULL;
}

/* Lends a connection; waits while all are lent. */
static PGconn *
lend (MienPortraitTablePostgres *self,
      GError                   **error)
{
  PGconn *conn;

  g_mutex_lock (&self->mutex);
  while (g_queue_is_empty (&self->idle) && self->n_open >= MIEN_PORTRAIT_POSTGRES_MAX_CONNECTIONS)
    g_cond_wait (&self->cond, &self->mutex);
  conn = g_queue_pop_head (&self->idle);
  if (conn == NULL)
    self->n_open++;
  g_mutex_unlock (&self->mutex);

  if (conn != NULL)
    return conn;
  conn = connect_now (self, error);
  if (conn == NULL)
    {
      g_mutex_lock (&self->mutex);
      self->n_open--;
      g_cond_signal (&self->cond);
      g_mutex_unlock (&self->mutex);
    }
  return conn;
}

static void
give_back (MienPortraitTablePostgres *self,
           PGconn                    *conn)
{
  gboolean good = PQstatus (conn) == CONNECTION_OK && PQtransactionStatus (conn) == PQTRANS_IDLE;

  g_mutex_lock (&self->mutex);
  if (good)
    g_queue_push_head (&self->idle, conn);
  else
    self->n_open--;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  if (!good)
    PQfinish (conn);
}

/* ---- statements ---- */

static PGresult *
run (PGconn             *conn,
     const char         *sql,
     int                 n_values,
     const char * const *values,
     GError            **error)
{
  PGresult *result = PQexecParams (conn, sql, n_values, NULL, values, NULL, NULL, 0);
  ExecStatusType status = PQresultStatus (result);

  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
    return result;
  set_error (conn, result, error);
  PQclear (result);
  return NULL;
}

/* Runs a statement; *out gets the first field of the first row, or NULL. */
static gboolean
run_one (PGconn             *conn,
         const char         *sql,
         int                 n_values,
         const char * const *values,
         char              **out,
         GError            **error)
{
  PGresult *result = run (conn, sql, n_values, values, error);

  if (result == NULL)
    return FALSE;
  if (out != NULL)
    *out = PQntuples (result) > 0 && !PQgetisnull (result, 0, 0) ? g_strdup (PQgetvalue (result, 0, 0)) : NULL;
  PQclear (result);
  return TRUE;
}

typedef gboolean (*Body) (PGconn *conn, gpointer data, GError **error);

/* A transaction that was rolled back because of another one is tried again. */
static gboolean
transaction (MienPortraitTable *table,
             Body               body,
             gpointer           data,
             GError           **error)
{
  MienPortraitTablePostgres *self = MIEN_PORTRAIT_TABLE_POSTGRES (table);
  PGconn *conn = lend (self, error);
  gboolean ok;

  if (conn == NULL)
    return FALSE;
  ok = run_one (conn, "BEGIN", 0, NULL, NULL, error);
  /* An idle connection that the server closed meanwhile: once more with a new one. */
  if (!ok && PQstatus (conn) != CONNECTION_OK)
    {
      g_clear_error (error);
      give_back (self, conn);
      conn = lend (self, error);
      if (conn == NULL)
        return FALSE;
      ok = run_one (conn, "BEGIN", 0, NULL, NULL, error);
    }
  ok = ok && body (conn, data, error) && run_one (conn, "COMMIT", 0, NULL, NULL, error);
  if (!ok && PQtransactionStatus (conn) != PQTRANS_IDLE)
    run_one (conn, "ROLLBACK", 0, NULL, NULL, NULL);
  give_back (self, conn);
  return ok;
}

/* ---- the steps of a change ---- */

static gboolean
lock_address (gpointer    conn,
              const char *address,
              GError    **error)
{
  const char *values[] = { address };

  return run_one (conn, "SELECT pg_advisory_xact_lock (hashtextextended ($1, 7))", 1, values, NULL, error);
}

static gboolean
is_referenced (gpointer    conn,
               const char *address,
               gboolean   *out,
               GError    **error)
{
  const char *values[] = { address };
  g_autofree char *found = NULL;

  if (!run_one (conn, "SELECT 1 FROM portrait WHERE address = $1 LIMIT 1", 1, values, &found, error))
    return FALSE;
  *out = found != NULL;
  return TRUE;
}

static char *
to_hex (const guint8 *data,
        gsize         length)
{
  GString *hex = g_string_new (NULL);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (hex, "%02x", data[i]);
  return g_string_free (hex, FALSE);
}

static gboolean
note_nonce (gpointer      conn,
            const guint8 *data,
            gint64        unix_seconds,
            gboolean     *out_fresh,
            GError      **error)
{
  g_autofree char *nonce = to_hex (data, MIEN_PORTRAIT_NONCE_BYTES);
  g_autofree char *expires = g_strdup_printf ("%" G_GINT64_FORMAT, unix_seconds);
  g_autofree char *done = NULL;
  const char *values[] = { nonce, expires };

  if (!run_one (conn, "INSERT INTO upload (nonce, expires) VALUES (decode ($1, 'hex'), $2) ON CONFLICT DO NOTHING"
                      " RETURNING 1", 2, values, &done, error))
    return FALSE;
  *out_fresh = done != NULL;
  return TRUE;
}

static gboolean
get_address (gpointer    conn,
             const char *account,
             char      **out,
             GError    **error)
{
  const char *values[] = { account };

  return run_one (conn, "SELECT address FROM portrait WHERE account = $1 FOR UPDATE", 1, values, out, error);
}

static gboolean
write_row (gpointer         conn,
           MienPortraitRow *row,
           GError         **error)
{
  g_autofree char *type = g_strdup_printf ("%d", row->type);
  g_autofree char *bytes = g_strdup_printf ("%u", row->bytes);
  g_autofree char *width = g_strdup_printf ("%u", row->width);
  g_autofree char *height = g_strdup_printf ("%u", row->height);
  g_autofree char *updated = g_strdup_printf ("%" G_GINT64_FORMAT, row->updated);
  g_autofree char *stored = NULL;
  const char *values[] = { row->account, row->address, row->sha256, row->sha1, type, bytes, width, height, updated };

  if (!run_one (conn,
                "INSERT INTO portrait (" MIEN_PORTRAIT_ROW_COLUMNS ")"
                " VALUES ($1, $2, decode ($3, 'hex'), decode ($4, 'hex'), $5, $6, $7, $8, $9)"
                MIEN_PORTRAIT_ROW_REPLACE ("greatest"), 9, values, &stored, error))
    return FALSE;
  row->updated = g_ascii_strtoll (stored, NULL, 10);
  return TRUE;
}

static gboolean
write_alias (gpointer    conn,
             const char *name,
             const char *address,
             GError    **error)
{
  const char *values[] = { name, address };

  return run_one (conn, "INSERT INTO alias (name, address) VALUES ($1, $2)"
                        " ON CONFLICT (name) DO UPDATE SET address = excluded.address", 2, values, NULL, error);
}

static gboolean
delete_row (gpointer    conn,
            const char *account,
            char      **out,
            GError    **error)
{
  const char *values[] = { account };

  return run_one (conn, "DELETE FROM portrait WHERE account = $1 RETURNING address", 1, values, out, error);
}

static gboolean
delete_aliases (gpointer    conn,
                const char *address,
                GError    **error)
{
  const char *values[] = { address };

  return run_one (conn, "DELETE FROM alias WHERE address = $1", 1, values, NULL, error);
}

static const MienPortraitSteps steps = {
  lock_address, note_nonce, get_address, write_row, write_alias, is_referenced, delete_row, delete_aliases,
};

/* ---- bodies of transactions ---- */

static gboolean
put_body (PGconn  *conn,
          gpointer data,
          GError **error)
{
  return mien_portrait_steps_put (&steps, conn, data, error);
}

/* '{"a","b"}' (PostgreSQL 15 manual, section 8.15.2). */
static char *
to_array (const char * const *texts)
{
  GString *out = g_string_new ("{");

  for (; *texts != NULL; texts++)
    {
      g_string_append (out, out->len > 1 ? ",\"" : "\"");
      for (const char *c = *texts; *c != '\0'; c++)
        {
          if (*c == '"' || *c == '\\')
            g_string_append_c (out, '\\');
          g_string_append_c (out, *c);
        }
      g_string_append_c (out, '"');
    }
  return g_string_free (g_string_append_c (out, '}'), FALSE);
}

static MienPortraitRow *
read_row (PGresult *result,
          int       row)
{
  const char *fields[MIEN_PORTRAIT_ROW_FIELDS];

  for (int i = 0; i < MIEN_PORTRAIT_ROW_FIELDS; i++)
    fields[i] = PQgetisnull (result, row, i) ? NULL : PQgetvalue (result, row, i);
  return mien_portrait_row_new_from_fields (fields);
}

typedef struct { const char * const *accounts; GPtrArray *rows; } Query;

static gboolean
query_body (PGconn  *conn,
            gpointer data,
            GError **error)
{
  Query *query = data;
  g_autofree char *array = to_array (query->accounts);
  const char *values[] = { array };
  PGresult *result = run (conn, "SELECT account, address, encode (sha256, 'hex'), encode (sha1, 'hex'),"
                                " type, bytes, width, height, updated FROM portrait WHERE account = ANY ($1::text[])",
                          1, values, error);

  if (result == NULL)
    return FALSE;
  for (int i = 0; i < PQntuples (result); i++)
    g_ptr_array_add (query->rows, read_row (result, i));
  PQclear (result);
  return TRUE;
}

static gboolean
retract_body (PGconn  *conn,
              gpointer data,
              GError **error)
{
  return mien_portrait_steps_retract (&steps, conn, data, error);
}

static gboolean
inband_body (PGconn  *conn,
             gpointer data,
             GError **error)
{
  MienPortraitInband *inband = data;
  const char *values[] = { inband->account, inband->sha256, inband->sha1 };
  g_autofree char *done = NULL;

  if (!run_one (conn, "UPDATE portrait SET sha1 = decode ($3, 'hex')"
                      " WHERE account = $1 AND sha256 = decode ($2, 'hex') RETURNING 1", 3, values, &done, error))
    return FALSE;
  inband->done = done != NULL;
  return TRUE;
}

typedef struct { const char *name; char *address; } Alias;

static gboolean
alias_body (PGconn  *conn,
            gpointer data,
            GError **error)
{
  Alias *alias = data;
  const char *values[] = { alias->name };

  return run_one (conn, "SELECT address FROM alias WHERE name = $1", 1, values, &alias->address, error);
}

static gboolean
collect_body (PGconn  *conn,
              gpointer data,
              GError **error)
{
  return mien_portrait_steps_collect (&steps, conn, data, error);
}

static gboolean
expire_body (PGconn  *conn,
             gpointer data,
             GError **error)
{
  const char *values[] = { data };

  return run_one (conn, "DELETE FROM upload WHERE expires < $1", 1, values, NULL, error);
}

/* ---- the interface ---- */

static gboolean
postgres_put (MienPortraitTable *table,
              MienPortraitPut   *put,
              GError           **error)
{
  return transaction (table, put_body, put, error);
}

static GPtrArray *
postgres_query (MienPortraitTable  *table,
                const char * const *accounts,
                GError            **error)
{
  Query query = { accounts, g_ptr_array_new_with_free_func ((GDestroyNotify) mien_portrait_row_free) };

  if (transaction (table, query_body, &query, error))
    return query.rows;
  g_ptr_array_unref (query.rows);
  return NULL;
}

static gboolean
postgres_retract (MienPortraitTable   *table,
                  MienPortraitRetract *retract,
                  GError             **error)
{
  return transaction (table, retract_body, retract, error);
}

static gboolean
postgres_inband (MienPortraitTable  *table,
                 MienPortraitInband *inband,
                 GError            **error)
{
  return transaction (table, inband_body, inband, error);
}

static char *
postgres_alias (MienPortraitTable *table,
                const char        *name,
                GError           **error)
{
  Alias alias = { name, NULL };

  return transaction (table, alias_body, &alias, error) ? alias.address : NULL;
}

static gboolean
postgres_collect (MienPortraitTable   *table,
                  MienPortraitCollect *collect,
                  GError             **error)
{
  g_autofree char *before = g_strdup_printf ("%" G_GINT64_FORMAT, collect->now);

  if (!transaction (table, expire_body, before, error))
    return FALSE;
  /* One short transaction an address: nobody who uploads waits for a whole folder. */
  for (MienPortraitCollect rest = *collect; *rest.addresses != NULL; rest.addresses++)
    {
      if (!transaction (table, collect_body, &rest, error))
        return FALSE;
    }
  return TRUE;
}

static void
mien_portrait_table_iface_init (MienPortraitTableInterface *iface)
{
  iface->put = postgres_put;
  iface->query = postgres_query;
  iface->retract = postgres_retract;
  iface->inband = postgres_inband;
  iface->alias = postgres_alias;
  iface->collect = postgres_collect;
}

static void
mien_portrait_table_postgres_finalize (GObject *object)
{
  MienPortraitTablePostgres *self = MIEN_PORTRAIT_TABLE_POSTGRES (object);
  PGconn *conn;

  while ((conn = g_queue_pop_head (&self->idle)) != NULL)
    PQfinish (conn);
  if (self->address != NULL)
    memset (self->address, 0, strlen (self->address));
  g_free (self->address);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (mien_portrait_table_postgres_parent_class)->finalize (object);
}

static void
mien_portrait_table_postgres_class_init (MienPortraitTablePostgresClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_portrait_table_postgres_finalize;
}

static void
mien_portrait_table_postgres_init (MienPortraitTablePostgres *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  g_queue_init (&self->idle);
}

static gboolean
schema_body (PGconn  *conn,
             gpointer data,
             GError **error)
{
  g_autofree char *version = NULL;
  PGresult *result;
  gboolean ok;

  /* Two processes may start at once. */
  if (!run_one (conn, "SELECT pg_advisory_xact_lock (7)", 0, NULL, NULL, error))
    return FALSE;
  result = PQexec (conn, schema);
  ok = PQresultStatus (result) == PGRES_COMMAND_OK;
  if (!ok)
    set_error (conn, result, error);
  PQclear (result);
  if (!ok || !run_one (conn, "SELECT version FROM mien_schema", 0, NULL, &version, error))
    return FALSE;
  if (version != NULL && atoi (version) > SCHEMA_VERSION)
    {
      g_set_error_literal (error, MIEN_PORTRAIT_SERVER_ERROR, MIEN_PORTRAIT_SERVER_ERROR_INTERNAL,
                           _("The database was made by a newer version of Mien. Install that version to use it."));
      return FALSE;
    }
  return TRUE;
}

MienPortraitTable *
mien_portrait_table_postgres_open (const char *address,
                                   GError    **error)
{
  g_autoptr(MienPortraitTablePostgres) self = g_object_new (MIEN_TYPE_PORTRAIT_TABLE_POSTGRES, NULL);

  self->address = g_strdup (address);
  if (!transaction (MIEN_PORTRAIT_TABLE (self), schema_body, NULL, error))
    return NULL;
  return MIEN_PORTRAIT_TABLE (g_steal_pointer (&self));
}
