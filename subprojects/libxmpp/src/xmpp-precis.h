/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The two PRECIS profiles of RFC 8265 that addresses need, on valid UTF-8; (transfer full), NULL when refused. */
char *xmpp_precis_username_case_mapped (const char *text);   /* RFC 8265 section 3.3 */
char *xmpp_precis_opaque_string (const char *text);          /* RFC 8265 section 4.2; also prepares passwords */

G_END_DECLS
