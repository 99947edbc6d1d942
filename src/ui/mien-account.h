/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "mien-draft.h"
#include "mien-gallery.h"
#include "mien-publisher.h"
#include "mien-session.h"
#include "mien-wardrobe.h"

G_BEGIN_DECLS

/**
 * MienAccount: the models of one account, made and ended together, and the catalogue kept in step with its server.
 */
#define MIEN_TYPE_ACCOUNT (mien_account_get_type ())
G_DECLARE_FINAL_TYPE (MienAccount, mien_account, MIEN, ACCOUNT, GObject)

/* @data_directory: of the program; the account's own folder inside is made. @settings: im.mien.Mien. */
MienAccount   *mien_account_new (XmppJid *jid, const char *data_directory, const char *pack_directory,
                                 GSettings *settings);
MienSession   *mien_account_get_session (MienAccount *self);
MienGallery   *mien_account_get_gallery (MienAccount *self);
MienWardrobe  *mien_account_get_wardrobe (MienAccount *self);
MienDraft     *mien_account_get_draft (MienAccount *self);
MienPublisher *mien_account_get_publisher (MienAccount *self);
gboolean       mien_account_is_draft_loaded (MienAccount *self);     /* property "draft-loaded" */
void           mien_account_flush (MienAccount *self);               /* what is not on disk yet; at shutdown */

G_END_DECLS
