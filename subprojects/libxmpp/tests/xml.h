/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "xmpp-node.h"

/* Elements of a text for tests: default namespaces and xml:lang only, blanks between elements left out. */
XmppNode *test_xml (const char *text);
