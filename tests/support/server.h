/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What tests of other people's servers have in common: loopback ports, a certificate for "localhost", a process that
 * ends with the test and is waited for. */

/* Asked for here and used by a server a moment later: on a quiet loopback nobody takes it in between. */
guint16       test_free_port (void);

/* Self-signed, for localhost: key.pem and certificate.pem in @directory. Returns what trusts it. (transfer full) Needs
 * openssl. */
GTlsDatabase *test_make_certificate (const char *directory);

/* The launcher's child is killed with @signal when the test ends without having ended it. */
void          test_launcher_end_with_test (GSubprocessLauncher *launcher, int signal);

/* Returns when each of the ports (0 ends the list) accepts connections. FALSE: the process ended, or it took longer
 * than @seconds. */
gboolean      test_wait_for_ports (GSubprocess *process, guint seconds, const guint16 *ports);

G_END_DECLS
