import tls from 'node:tls'

/** What programs set for all sockets by assigning to the module's object. */
export interface ModuleDefaults {
  DEFAULT_CIPHERS: string
  DEFAULT_ECDH_CURVE: string
  DEFAULT_MAX_VERSION: string
  DEFAULT_MIN_VERSION: string
  /** How often a client may renegotiate within `CLIENT_RENEG_WINDOW`. */
  CLIENT_RENEG_LIMIT: number
  /** Seconds. */
  CLIENT_RENEG_WINDOW: number
}

/** As Node has them at its start, its command line included. */
export const moduleDefaults: ModuleDefaults = {
  DEFAULT_CIPHERS: tls.DEFAULT_CIPHERS,
  DEFAULT_ECDH_CURVE: tls.DEFAULT_ECDH_CURVE,
  DEFAULT_MAX_VERSION: tls.DEFAULT_MAX_VERSION,
  DEFAULT_MIN_VERSION: tls.DEFAULT_MIN_VERSION,
  CLIENT_RENEG_LIMIT: tls.CLIENT_RENEG_LIMIT,
  CLIENT_RENEG_WINDOW: tls.CLIENT_RENEG_WINDOW,
}

/** What holds: what was assigned to our module or, if nothing was, to Node's, which some programs know alone. */
export function inForce<Name extends keyof ModuleDefaults>(name: Name): ModuleDefaults[Name] {
  const own = moduleDefaults[name]
  return own === atStart[name] ? (tls as ModuleDefaults)[name] : own
}

const atStart: Readonly<ModuleDefaults> = { ...moduleDefaults }
