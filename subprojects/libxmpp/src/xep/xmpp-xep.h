/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* All extensions at once. Each file builds and parses the stanzas of one extension and does nothing else. */
#include "xmpp-avatar.h"
#include "xmpp-caps.h"
#include "xmpp-carbons.h"
#include "xmpp-chat-state.h"
#include "xmpp-delay.h"
#include "xmpp-disco.h"
#include "xmpp-form.h"
#include "xmpp-hints.h"
#include "xmpp-nick.h"
#include "xmpp-ping.h"
#include "xmpp-presence.h"
#include "xmpp-pubsub.h"
#include "xmpp-receipts.h"
#include "xmpp-register.h"
#include "xmpp-roster.h"
#include "xmpp-upload.h"
#include "xmpp-vcard.h"
#include "xmpp-version.h"
