/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../xmpp-node.h"
#include "xmpp-disco.h"

G_BEGIN_DECLS

/* HTTP file upload (XEP-0363 1.2), both sides: a slot for a PUT and the address for the GET. */
#define XMPP_NS_UPLOAD         "urn:xmpp:http:upload:0"
#define XMPP_NS_UPLOAD_PURPOSE "urn:xmpp:http:upload:purpose:0"
#define XMPP_UPLOAD_PURPOSE_PROFILE   "profile"                      /* feature: XMPP_NS_UPLOAD_PURPOSE "#profile" */
#define XMPP_UPLOAD_PURPOSE_MESSAGE   "message"
#define XMPP_UPLOAD_PURPOSE_EPHEMERAL "ephemeral"
#define XMPP_UPLOAD_PURPOSE_PERMANENT "permanent"

#define XMPP_UPLOAD_MAX_HEADERS  16
#define XMPP_UPLOAD_MAX_HEADER   4096  /* bytes of a value */
#define XMPP_UPLOAD_MAX_URL      4096
#define XMPP_UPLOAD_MAX_FILENAME 1024

typedef struct
{
  char   *filename;
  guint64 size;                        /* bytes, at least 1 */
  char   *content_type;                /* or NULL */
  char   *purpose;                     /* "message" when none was given */
} XmppUploadRequest;

typedef struct
{
  char      *put_url, *get_url;        /* http or https */
  /* name, value, name, value ...: Authorization, Cookie, Expires only, without line ends */
  GPtrArray *headers;
} XmppUploadSlot;

XmppNode          *xmpp_upload_request (const char *to, const char *filename, guint64 size, const char *content_type,
                                        const char *purpose);
XmppUploadRequest *xmpp_upload_request_parse (const XmppNode *iq);   /* NULL: not one, or wrong */
void               xmpp_upload_request_free (XmppUploadRequest *self);

XmppUploadSlot    *xmpp_upload_slot_new (const char *put_url, const char *get_url);
/* others than the three are left out */
void               xmpp_upload_slot_add_header (XmppUploadSlot *self, const char *name, const char *value);
void               xmpp_upload_slot_free (XmppUploadSlot *self);
XmppNode          *xmpp_upload_slot_result (const XmppNode *request, const XmppUploadSlot *slot);
XmppUploadSlot    *xmpp_upload_slot_parse (const XmppNode *result);  /* NULL: none, or an address that is not http(s) */

/* Section "Error conditions": too large, with the limit; try again at a time (Unix seconds). */
XmppNode          *xmpp_upload_error_too_large (const XmppNode *request, guint64 max_bytes);
XmppNode          *xmpp_upload_error_retry (const XmppNode *request, gint64 when, const char *text);
guint64            xmpp_upload_error_get_max (const XmppNode *error);          /* 0: it is not that error */
gint64             xmpp_upload_error_get_retry (const XmppNode *error);        /* 0: it is not that error */
/* from the XEP-0128 form; 0: no limit said */
guint64            xmpp_upload_get_max_size (const XmppDiscoInfo *info);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppUploadRequest, xmpp_upload_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (XmppUploadSlot, xmpp_upload_slot_free)

G_END_DECLS
