/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "mien-server"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mien-config.h"
#include "mien-server-roles.h"

#define WANTED_FILES 65536   /* open file descriptors: one for each connection */

static char *option_config;
static int option_ready_fd = -1;
static gboolean option_version;

static const GOptionEntry options[] = {
  { "config", 'c', 0, G_OPTION_ARG_FILENAME, &option_config, N_("The configuration file"), N_("FILE") },
  { "ready-fd", 0, 0, G_OPTION_ARG_INT, &option_ready_fd,
    N_("Write the ready line to this file descriptor and close it, instead of to standard output"), N_("NUMBER") },
  { "version", 0, 0, G_OPTION_ARG_NONE, &option_version, N_("Print the version and exit"), NULL },
  { NULL },
};

static char *
describe_commands (void)
{
  GString *text = g_string_new (_("Commands, instead of running the server:\n"));

  g_string_append_printf (text, "  %-24s %s\n", "check-config",
                          _("Read the configuration and say whether it is right"));
  for (const MienServerCommand *command = mien_server_commands; command->name != NULL; command++)
    {
      g_autofree char *usage = g_strdup_printf ("%s %s", command->name, command->arguments);

      g_string_append_printf (text, "  %-24s %s\n", usage, _(command->summary));
    }
  return g_string_free (text, FALSE);
}

/* Type=notify of systemd (sd_notify(3)): one datagram to the socket that it names. */
static void
notify_supervisor (const char *state)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketAddress) address = NULL;

  if (path == NULL || (*path != '/' && *path != '@'))
    return;
  if (*path == '@')
    address = g_unix_socket_address_new_with_type (path + 1, -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  else
    address = g_unix_socket_address_new (path);
  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  if (socket != NULL)
    g_socket_send_to (socket, address, state, strlen (state), NULL, NULL);
}

/* "ready im=127.0.0.1:41234 http=http://127.0.0.1:41235\n": what really is listened on, for whoever started us. */
static void
announce_ready (MienServerConfig *config)
{
  g_autofree char *bound = mien_server_config_describe_bound (config);
  g_autofree char *line = g_strdup_printf ("ready %s\n", bound);
  int fd = option_ready_fd >= 0 ? option_ready_fd : STDOUT_FILENO;

  if (write (fd, line, strlen (line)) != (gssize) strlen (line))
    g_debug ("Nobody reads the ready line");
  if (option_ready_fd >= 0)
    close (option_ready_fd);
  notify_supervisor ("READY=1");
}

static gboolean
on_end_signal (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static int
fail (const GError *error)
{
  g_printerr ("mien-server: %s\n", error->message);
  return 1;
}

static int
serve (MienServerConfig *config)
{
  g_autoptr (MienServer) server = mien_server_new (config, mien_server_roles);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  guint terminate, interrupt;

  if (!mien_server_start (server, &error))
    return fail (error);
  terminate = g_unix_signal_add (SIGTERM, on_end_signal, loop);
  interrupt = g_unix_signal_add (SIGINT, on_end_signal, loop);
  announce_ready (config);
  g_main_loop_run (loop);
  notify_supervisor ("STOPPING=1");
  g_source_remove (terminate);
  g_source_remove (interrupt);
  mien_server_stop (server);
  return 0;
}

/* Ends the table when there is no such command. */
static const MienServerCommand *
find_command (const char *name)
{
  const MienServerCommand *command = mien_server_commands;

  while (command->name != NULL && (name == NULL || !g_str_equal (command->name, name)))
    command++;
  return command;
}

static int
run_command (MienServerConfig *config, char **arguments)
{
  const MienServerCommand *command = find_command (arguments[0]);

  if (command->name == NULL)
    {
      g_printerr (_("mien-server: there is no command “%s”; see mien-server --help\n"), arguments[0]);
      return 2;
    }
  if (command->needs_config && config == NULL)
    {
      g_printerr (_("mien-server: “%s” needs --config FILE\n"), command->name);
      return 2;
    }
  return command->run (config, arguments + 1);
}

static void
raise_file_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= WANTED_FILES)
    return;
  limit.rlim_cur = MIN (limit.rlim_max, WANTED_FILES);
  setrlimit (RLIMIT_NOFILE, &limit);
}

/* A closed standard descriptor would be taken by the first socket. */
static void
open_standard_descriptors (void)
{
  int fd;

  do
    fd = open ("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd > STDERR_FILENO)
    close (fd);
}

static gboolean
parse_options (int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_("[COMMAND [ARGUMENT…]]"));
  g_autofree char *commands = describe_commands ();

  g_option_context_set_summary (context, _("The IM, avatar and portrait servers of Mien."));
  g_option_context_set_description (context, commands);
  g_option_context_add_main_entries (context, options, GETTEXT_PACKAGE);
  return g_option_context_parse (context, argc, argv, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (MienServerConfig) config = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE,
                  g_getenv ("MIEN_LOCALE_DIR") != NULL ? g_getenv ("MIEN_LOCALE_DIR") : MIEN_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  open_standard_descriptors ();
  umask (0077);

  /* A command without a configuration reads its own options. */
  if (find_command (argv[1])->name != NULL && !find_command (argv[1])->needs_config)
    return run_command (NULL, argv + 1);
  if (!parse_options (&argc, &argv, &error))
    {
      fail (error);
      return 2;
    }
  if (option_version)
    {
      g_print ("mien-server %s\n", MIEN_VERSION);
      return 0;
    }
  if (option_config != NULL && (config = mien_server_config_load (option_config, &error)) == NULL)
    return fail (error);
  if (argc > 1 && !g_str_equal (argv[1], "check-config"))
    return run_command (config, argv + 1);
  if (config == NULL)
    {
      g_printerr (_("mien-server: --config FILE is needed; data/server/mien-server.conf is an example\n"));
      return 2;
    }
  if (argc > 1)
    {
      g_print (_("%s is right\n"), option_config);
      return 0;
    }
  raise_file_limit ();
  g_log_writer_default_set_use_stderr (TRUE);   /* standard output is for the ready line */
  return serve (config);
}
