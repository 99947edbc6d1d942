/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * MienCertificatePage: what is known about a server's certificate that did not verify, in words: whom it names, who
 * vouches for it, until when, what is wrong, and its fingerprint to compare.
 * Signals: "trust" (GTlsCertificate *), "refuse" ().
 */
#define MIEN_TYPE_CERTIFICATE_PAGE (mien_certificate_page_get_type ())
G_DECLARE_FINAL_TYPE (MienCertificatePage, mien_certificate_page, MIEN, CERTIFICATE_PAGE, GtkWidget)

GtkWidget *mien_certificate_page_new (GTlsCertificate *certificate, GTlsCertificateFlags problems, const char *domain);

/* "What is wrong", as one sentence for each problem. (transfer full) */
char      *mien_certificate_describe_problems (GTlsCertificateFlags problems, const char *domain);
/* SHA-256 of the certificate in lower-case hex. (transfer full) */
char      *mien_certificate_get_fingerprint (GTlsCertificate *certificate);

G_END_DECLS
