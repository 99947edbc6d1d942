/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Each adds its tests; they run with peer_start() done. */
void add_account_tests (void);
void add_main_job_tests (void);
void add_resume_tests (void);
void add_others_tests (void);
void add_wire_tests (void);

G_END_DECLS
