/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <stdint.h>

#include "mien-listen.h"
#include "mien-server-config.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) listen_error = NULL;
  g_autoptr (MienServerConfig) config = mien_server_config_parse (text, "/", &error);
  g_autoptr (GPtrArray) addresses = mien_listen_parse (text, &listen_error);

  /* Right or refused with a reason, never neither. */
  g_assert ((config == NULL) == (error != NULL));
  g_assert (addresses == NULL || listen_error == NULL);
  if (config != NULL)
    {
      g_assert (mien_server_config_get_data_directory (config) != NULL);
      g_strfreev (mien_server_config_list (config, "im", "component."));
    }
  return 0;
}
