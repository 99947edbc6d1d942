/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <xmpp-porter.h>
#include "mien-portrait-manager.h"

G_BEGIN_DECLS

/**
 * MienPortraitComponent: the portrait server's XMPP side: what an XEP-0114 component of the IM server answers on its
 * porter. Every request has a `from` that the IM server vouches for; only accounts of that server are served.
 */
#define MIEN_TYPE_PORTRAIT_COMPONENT (mien_portrait_component_get_type ())
G_DECLARE_FINAL_TYPE (MienPortraitComponent, mien_portrait_component, MIEN, PORTRAIT_COMPONENT, GObject)

/* @domain: the component's; @im_domain: the IM server's, whose accounts are served; @catalogue_url: of the avatar
 * server, or NULL. Adds its handlers to @porter, and removes them when it is disposed. */
MienPortraitComponent *mien_portrait_component_new (XmppPorter *porter, MienPortraitManager *manager,
                                                    const char *domain, const char *im_domain,
                                                    const char *catalogue_url);

G_END_DECLS
