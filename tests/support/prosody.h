/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * TestProsody: Debian's Prosody for one test: its own configuration, data, certificate and ports in a temporary folder,
 * loopback only, domain "localhost"; clients may register accounts (XEP-0077). Ended by its process id and removed with
 * everything by test_prosody_free().
 */
typedef struct _TestProsody TestProsody;

#define TEST_PROSODY_COMPONENT "portrait.localhost"
#define TEST_PROSODY_SECRET    "component-secret"

gboolean      test_prosody_is_installed (void);                       /* else: g_test_skip() */
TestProsody  *test_prosody_new (void);                                /* not running yet */
void          test_prosody_free (TestProsody *self);

void          test_prosody_add_account (TestProsody *self, const char *name, const char *password);
/* Friends of @name from the start: "both" with @prefix0@localhost ... ; no accounts are made for them. */
void          test_prosody_add_friends (TestProsody *self, const char *name, const char *prefix, guint count);
void          test_prosody_start (TestProsody *self);                 /* returns when it listens */

guint16       test_prosody_get_port (TestProsody *self);
guint16       test_prosody_get_component_port (TestProsody *self);
GTlsDatabase *test_prosody_get_database (TestProsody *self);          /* trusts its certificate; (transfer none) */
char         *test_prosody_dup_certificate_path (TestProsody *self);  /* PEM; (transfer full) */
char         *test_prosody_get_log (TestProsody *self);               /* (transfer full) */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestProsody, test_prosody_free)

G_END_DECLS
