// The worker that shakes hands and decrypts for the page.
import { pemCertificates, relay, TypeTls } from '@typetls/web-adapter'
import { serveSockets } from '@typetls/web-adapter/worker'
import { loadSettings } from './settings.ts'

serveSockets(
  loadSettings(self.location.origin).then(
    (to) => new TypeTls({ ca: pemCertificates(to.ca), transport: relay(to.relay) }),
  ),
)
