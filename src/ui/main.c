/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien"

#include "mien-application.h"
#include "mien-config.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <stdlib.h>

#include "mien-settings.h"

/* Without a graphics card, drawing by the processor through cairo starts in a third of the time and in a fifth of the
 * memory of GL emulated in software. gl-disable keeps GDK from loading that emulation at all. Before gtk_init(). */
static void
choose_renderer (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/dev/dri", 0, NULL);
  const char *name, *debug = g_getenv ("GDK_DEBUG");
  g_autofree char *with_gl_off = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, "renderD"))
      return;

  g_setenv ("GSK_RENDERER", "cairo", FALSE);
  with_gl_off = debug != NULL && *debug != '\0' ? g_strconcat (debug, ",gl-disable", NULL) : g_strdup ("gl-disable");
  g_setenv ("GDK_DEBUG", with_gl_off, TRUE);
}

static gboolean
parse_options (int                    *argc,
               char                 ***argv,
               MienApplicationOptions *out,
               GError                **error)
{
  int port = 0;
  gboolean version = FALSE;
  g_autofree char *tls = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  const GOptionEntry entries[] = {
    { "account", 'a', 0, G_OPTION_ARG_STRING, &out->account, N_("Sign in with this address"), N_("JID") },
    { "data-dir", 'd', 0, G_OPTION_ARG_FILENAME, &out->data_directory,
      N_("Keep everything in this folder, and run beside others"), N_("FOLDER") },
    { "host", 0, 0, G_OPTION_ARG_STRING, &out->host, N_("Connect to this server"), N_("HOST") },
    { "port", 0, 0, G_OPTION_ARG_INT, &port, N_("Connect to this port"), N_("PORT") },
    { "tls", 0, 0, G_OPTION_ARG_STRING, &tls, N_("auto, starttls or direct"), N_("MODE") },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &out->password_file, N_("Sign in with the password in this file"),
      N_("FILE") },
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &out->ca_file,
      N_("Trust the certificates in this file, not the system’s"), N_("FILE") },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_("Print the version"), NULL },
    { NULL }
  };

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;

  if (version)
    {
      g_print ("Mien %s\n", MIEN_VERSION);
      exit (0);
    }
  if (port < 0 || port > G_MAXUINT16)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("%d is not a port: 1 to 65535"), port);
      return FALSE;
    }
  out->port = (guint16) port;
  out->tls = mien_tls_mode_from_name (tls);

  return TRUE;
}

int
main (int    argc,
      char **argv)
{
  MienApplicationOptions options = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (MienApplication) app = NULL;
  int status;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("MIEN_LOCALE_DIR") != NULL ? g_getenv ("MIEN_LOCALE_DIR")
                  : MIEN_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  choose_renderer ();

  if (!parse_options (&argc, &argv, &options, &error))
    {
      g_printerr ("mien: %s\n", error->message);
      return 2;
    }

  g_set_prgname (MIEN_APP_ID);
  app = mien_application_new (&options);
  g_free (options.account);
  g_free (options.data_directory);
  g_free (options.host);
  g_free (options.password_file);
  g_free (options.ca_file);
  status = g_application_run (G_APPLICATION (app), argc, argv);

  return status;
}
