/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-portrait-table.h"

G_BEGIN_DECLS

/* The portrait table in SQLite, through MienDatabase: the default. */
#define MIEN_TYPE_PORTRAIT_TABLE_SQLITE (mien_portrait_table_sqlite_get_type ())
G_DECLARE_FINAL_TYPE (MienPortraitTableSqlite, mien_portrait_table_sqlite, MIEN, PORTRAIT_TABLE_SQLITE, GObject)

MienPortraitTable *mien_portrait_table_sqlite_open (const char *path, GError **error);

G_END_DECLS
