/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-portrait-table.h"

G_BEGIN_DECLS

/* The portrait table in PostgreSQL through libpq, for millions of accounts and for several server processes. */
#define MIEN_TYPE_PORTRAIT_TABLE_POSTGRES (mien_portrait_table_postgres_get_type ())
G_DECLARE_FINAL_TYPE (MienPortraitTablePostgres, mien_portrait_table_postgres, MIEN, PORTRAIT_TABLE_POSTGRES, GObject)

#define MIEN_PORTRAIT_POSTGRES_MAX_CONNECTIONS 8
#define MIEN_PORTRAIT_POSTGRES_CONNECT_SECONDS 10

/* @address is libpq's: postgresql://user@host/name. It may hold a password: it is never logged. */
MienPortraitTable *mien_portrait_table_postgres_open (const char *address, GError **error);

G_END_DECLS
