/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facefind.h"

const char *
facefind_status_text (FaceFindStatus status)
{
  switch (status)
    {
    case FACEFIND_OK: return "found";
    case FACEFIND_NO_FACE: return "no face";
    case FACEFIND_ERROR_MODEL: return "not a model this engine can run";
    case FACEFIND_ERROR_SIZE: return "picture too large or empty";
    case FACEFIND_ERROR_MEMORY: return "out of memory";
    default: return "unknown";
    }
}
