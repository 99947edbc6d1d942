/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-im"

#include "mien-im-private.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

typedef struct
{
  const char   *account;
  XmppScramKeys keys;
  gboolean      add;
} Change;

static int
fail (const char *text)
{
  g_printerr ("mien-server: %s\n", text);
  return 1;
}

/* The last line end is not part of it. */
static char *
read_line (void)
{
  char buffer[XMPP_PASSWORD_MAX + 3];
  char *line;

  if (fgets (buffer, sizeof buffer, stdin) == NULL)
    return NULL;
  line = strlen (buffer) > XMPP_PASSWORD_MAX + 1 ? NULL : g_strdup (buffer);
  explicit_bzero (buffer, sizeof buffer);
  if (line != NULL)
    line[strcspn (line, "\r\n")] = '\0';
  return line;
}

static char *
ask (const char *question)
{
  struct termios before, quiet;
  char *line;

  g_printerr ("%s", question);
  tcgetattr (STDIN_FILENO, &before);
  quiet = before;
  quiet.c_lflag &= ~(tcflag_t) ECHO;
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &quiet);
  line = read_line ();
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
  g_printerr ("\n");
  return line;
}

static void
wipe (char *secret)
{
  if (secret == NULL)
    return;
  explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

static char *
read_password (void)
{
  char *first, *second;
  gboolean same;

  if (!isatty (STDIN_FILENO))
    return read_line ();
  first = ask (_("Password: "));
  second = ask (_("Again: "));
  same = first != NULL && second != NULL && g_str_equal (first, second);
  wipe (second);
  if (same)
    return first;
  wipe (first);
  g_printerr ("%s\n", _("The two are not the same."));
  return NULL;
}

static XmppJid *
parse_account (MienServerConfig *config, char **arguments)
{
  const char *domain = mien_server_config_get (config, "im", "domain");
  g_autoptr (GError) error = NULL;
  g_autoptr (XmppJid) jid = NULL;
  g_autoptr (XmppJid) server = NULL;

  if (arguments[0] == NULL || arguments[1] != NULL)
    {
      fail (_("one address of an account is needed, such as alice@example.org"));
      return NULL;
    }
  if (domain == NULL || (server = xmpp_jid_new (domain, NULL)) == NULL)
    {
      fail (_("the configuration has no section [im] with a domain"));
      return NULL;
    }
  jid = xmpp_jid_new (arguments[0], &error);
  if (jid == NULL)
    {
      fail (error->message);
      return NULL;
    }
  if (xmpp_jid_get_local (jid) == NULL || !xmpp_jid_is_bare (jid)
      || !g_str_equal (xmpp_jid_get_domain (jid), xmpp_jid_get_domain (server)))
    {
      g_autofree char *text = g_strdup_printf (_("%s is not an account of %s"), arguments[0], domain);

      fail (text);
      return NULL;
    }
  return g_steal_pointer (&jid);
}

static MienDatabase *
open_database (MienServerConfig *config, GError **error)
{
  g_autofree char *directory = mien_server_config_make_directory (config, "im", error);
  g_autofree char *path = directory != NULL ? g_build_filename (directory, "im.sqlite", NULL) : NULL;

  return path != NULL ? mien_im_store_open (path, error) : NULL;
}

static gpointer
change_work (MienDatabase *db, sqlite3 *sql, gpointer data, GError **error)
{
  Change *change = data;

  if (change->add)
    mien_im_accounts_add (db, change->account, &change->keys, error);
  else
    mien_im_accounts_set_keys (db, change->account, &change->keys, error);
  return NULL;
}

static gpointer
remove_work (MienDatabase *db, sqlite3 *sql, gpointer data, GError **error)
{
  if (mien_im_accounts_remove (db, data, error))
    mien_im_removed_add (db, data, error);
  return NULL;
}

static int
run (MienServerConfig *config, MienDatabaseFunc work, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDatabase) db = open_database (config, &error);

  if (db != NULL)
    {
      mien_database_run_sync (db, MIEN_DATABASE_WRITE, work, data, &error);
      mien_database_close (db);
    }
  return error != NULL ? fail (error->message) : 0;
}

static int
set_password (MienServerConfig *config, char **arguments, gboolean add)
{
  g_autoptr (XmppJid) jid = parse_account (config, arguments);
  g_autoptr (GError) error = NULL;
  Change change = { .add = add };
  char *password;
  int status;

  if (jid == NULL)
    return 1;
  password = read_password ();
  if (password == NULL || *password == '\0')
    {
      wipe (password);
      return fail (_("a password is needed, on one line"));
    }
  if (!xmpp_scram_keys_derive (&change.keys, password, 0, &error))
    {
      wipe (password);
      return fail (error->message);
    }
  wipe (password);
  change.account = xmpp_jid_get_bare (jid);
  status = run (config, change_work, &change);
  explicit_bzero (&change, sizeof change);
  return status;
}

int
mien_im_adduser (MienServerConfig *config, char **arguments)
{
  return set_password (config, arguments, TRUE);
}

int
mien_im_passwd (MienServerConfig *config, char **arguments)
{
  return set_password (config, arguments, FALSE);
}

int
mien_im_deluser (MienServerConfig *config, char **arguments)
{
  g_autoptr (XmppJid) jid = parse_account (config, arguments);

  return jid != NULL ? run (config, remove_work, (gpointer) xmpp_jid_get_bare (jid)) : 1;
}
