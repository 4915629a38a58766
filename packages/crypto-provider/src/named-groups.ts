/** A row of the IANA "TLS Supported Groups" registry. */
export interface NamedGroup {
  readonly id: number
  readonly name: string
  /** Bytes of the client's share. */
  readonly clientShareLength: number
  /** Bytes of the server's share. */
  readonly serverShareLength: number
}

/** Names of the groups we know, as IANA writes them. */
export type NamedGroupName =
  'secp256r1' | 'secp384r1' | 'secp521r1' | 'x25519' | 'x448' | 'SecP256r1MLKEM768' | 'X25519MLKEM768'

/** Groups we know by name, for backends to build on and for messages to people. Any other group plugs in as a value. */
export const namedGroups: Readonly<Record<NamedGroupName, NamedGroup>> = /* @__PURE__ */ groups()

function groups(): Readonly<Record<NamedGroupName, NamedGroup>> {
  return {
    secp256r1: row(0x0017, 'secp256r1', 65),
    secp384r1: row(0x0018, 'secp384r1', 97),
    secp521r1: row(0x0019, 'secp521r1', 133),
    x25519: row(0x001d, 'x25519', 32),
    x448: row(0x001e, 'x448', 56),
    SecP256r1MLKEM768: row(0x11eb, 'SecP256r1MLKEM768', 1249, 1153),
    X25519MLKEM768: row(0x11ec, 'X25519MLKEM768', 1216, 1120),
  }
}

function row(id: number, name: string, clientShareLength: number, serverShareLength = clientShareLength): NamedGroup {
  return { id, name, clientShareLength, serverShareLength }
}

/**
 * Preference without being asked: hybrid post-quantum first (no cost in round trips), then the fast curves.
 * A provider offers those of them it has.
 */
export const defaultGroupNames: readonly string[] = [
  'X25519MLKEM768',
  'x25519',
  'secp256r1',
  'SecP256r1MLKEM768',
  'x448',
  'secp384r1',
  'secp521r1',
]
