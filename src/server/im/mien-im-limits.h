/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Every bound of the IM server. Sizes in bytes, times in seconds. */

/* Connections and streams */
#define MIEN_IM_MAX_CONNECTIONS 20000              /* of clients, signed in or not */
#define MIEN_IM_MAX_UNAUTHENTICATED 4096           /* connections that have not signed in yet */
#define MIEN_IM_MAX_UNAUTHENTICATED_PER_ADDRESS 64 /* of one host; the loopback host is not counted */
#define MIEN_IM_MAX_COMPONENT_CONNECTIONS 64
#define MIEN_IM_MAX_STANZA (256 * 1024)            /* after sign-in; before it XMPP_ACCEPTOR_MAX_STANZA */
#define MIEN_IM_MAX_QUEUE (16 * 1024 * 1024)       /* waiting to be written to one client; more ends the session */
#define MIEN_IM_COMPONENT_MAX_STANZA (1024 * 1024)
#define MIEN_IM_BACK_PRESSURE (1024 * 1024)        /* nothing more is read from a client while so much waits for it */
/* stanzas of one client in work at the database; then it is not read */
#define MIEN_IM_MAX_PENDING 64
/* What a signed-in client may send: so much at once, and so much a second for ever. Whoever is faster is read more
 * slowly. */
#define MIEN_IM_RATE_STANZAS 500
#define MIEN_IM_RATE_STANZAS_BURST 4000
#define MIEN_IM_RATE_BYTES (2 * 1024 * 1024)
#define MIEN_IM_RATE_BYTES_BURST (16 * 1024 * 1024)
#define MIEN_IM_SILENCE_SECONDS 300                /* without a byte from a client: it is pinged, then ended */

/* Sessions */
#define MIEN_IM_MAX_SESSIONS 16                    /* of one account; a further one ends the oldest */
#define MIEN_IM_RESUME_SECONDS 300                 /* a lost session waits so long to be resumed (XEP-0198) */
/* What is kept of a session for its resumption. The bytes are those that its client has been given and has not
 * acknowledged; what it has not read yet is bounded by MIEN_IM_MAX_QUEUE. The number is a second guard, for very short
 * stanzas. */
#define MIEN_IM_MAX_UNACKED_BYTES (8 * 1024 * 1024)
#define MIEN_IM_MAX_UNACKED 100000
/* A sign-in brings the presence and the last items of all friends: so much at a time, more when it was read and
 * acknowledged. */
#define MIEN_IM_PACE_BYTES (1024 * 1024)
#define MIEN_IM_MAX_DETACHED_BYTES (4 * 1024 * 1024) /* stanzas that came for a lost session */
#define MIEN_IM_MAX_DIRECTED 1000                  /* addresses a session has sent directed presence to */
#define MIEN_IM_MAX_PRESENCE 16384                 /* of the presence that is kept and broadcast */

#define MIEN_IM_REMOVED_SECONDS 1                  /* at the latest so long after deluser the account's sessions end */

/* Registration (XEP-0077) */
#define MIEN_IM_MAX_REGISTRATIONS_PER_HOUR 20      /* of one host; the loopback host is not counted */
#define MIEN_IM_MAX_USERNAME 64

/* Stores */
#define MIEN_IM_MAX_ROSTER 50000                   /* items of one account, requests that wait among them */
#define MIEN_IM_MAX_TOMBSTONES 1000                /* removed items kept for roster versioning */
#define MIEN_IM_MAX_ROSTER_DELTA 1000              /* changes sent as pushes; more: the whole roster */
#define MIEN_IM_MAX_PENDING_STANZA 8192            /* of a subscription request that is kept */
#define MIEN_IM_MAX_OFFLINE 1000                   /* messages of one account */
#define MIEN_IM_MAX_OFFLINE_BYTES (2 * 1024 * 1024)
#define MIEN_IM_MAX_BLOCKED 2000                   /* addresses of one account */
#define MIEN_IM_MAX_VCARD (256 * 1024)
#define MIEN_IM_MAX_PEP_NODES 128                  /* of one account */
#define MIEN_IM_MAX_PEP_ITEMS 256                  /* of one node: what max_items=max means */
#define MIEN_IM_MAX_PEP_ITEM (248 * 1024)            /* one payload; a stanza is hardly larger */
#define MIEN_IM_MAX_PEP_BYTES (8 * 1024 * 1024)    /* all payloads of one account */
#define MIEN_IM_MAX_PEP_NAME 1024                  /* of a node or an item */
/* last items sent in one turn: with the largest payloads less than MIEN_IM_MAX_QUEUE */
#define MIEN_IM_PEP_PAGE 50

/* Entity capabilities (XEP-0115) */
#define MIEN_IM_MAX_CAPS 4000                      /* remembered, of all clients */
#define MIEN_IM_MAX_NOTIFY 64                      /* "+notify" features of one client */

/* Requests of the server's own */
#define MIEN_IM_MAX_REQUESTS 50000                 /* open at the same time */
#define MIEN_IM_REQUEST_SECONDS 60
#define MIEN_IM_FORWARD_PAGE 50                    /* portraits forwarded at the same time (S3243) */
