/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TestEjabberd: Debian's ejabberd for one test, like TestProsody: its own configuration, database, node name and ports
 * in a temporary folder, loopback only, domain "localhost", without epmd. Accounts register themselves (XEP-0077).
 */
typedef struct _TestEjabberd TestEjabberd;

#define TEST_EJABBERD_COMPONENT "portrait.localhost"
#define TEST_EJABBERD_SECRET    "component-secret"

gboolean      test_ejabberd_is_installed (void);
TestEjabberd *test_ejabberd_new (void);                               /* starts; returns when it listens */
void          test_ejabberd_free (TestEjabberd *self);
guint16       test_ejabberd_get_port (TestEjabberd *self);
guint16       test_ejabberd_get_component_port (TestEjabberd *self);
GTlsDatabase *test_ejabberd_get_database (TestEjabberd *self);        /* trusts its certificate; (transfer none) */
char         *test_ejabberd_get_log (TestEjabberd *self);             /* (transfer full) */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestEjabberd, test_ejabberd_free)

G_END_DECLS
