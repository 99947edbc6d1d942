-- Prosody 0.12 with the portrait server of Mien as a component.
-- The parts to put into prosody.cfg.lua: the first two lines above the first VirtualHost (after it they would be that host's
-- alone, and have no effect), the rest below the VirtualHost of the accounts.

-- Where components connect; loopback unless mien-server is on another machine of a network of your own.
component_ports = { 5347 }
component_interfaces = { "127.0.0.1" }

-- Portraits for clients that read vCards only. Both modules come with Prosody; add them to modules_enabled of the host:
--   "pep"; "vcard_legacy";

-- The same secret is in the file that [portrait] component-secret-file= of mien-server.conf names.
Component "portrait.example.org"
  component_secret = "CHANGE-ME"
