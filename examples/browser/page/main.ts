import { httpsPanel } from './https-panel.ts'
import { postgresPanel } from './postgres-panel.ts'
import { loadSettings } from './settings.ts'

const settings = await loadSettings(location.href)
httpsPanel(settings)
postgresPanel(settings)
