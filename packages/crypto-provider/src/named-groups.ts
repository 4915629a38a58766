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
export const namedGroups: Readonly<Record<NamedGroupName, NamedGroup>> = {
  secp256r1: { id: 0x0017, name: 'secp256r1', clientShareLength: 65, serverShareLength: 65 },
  secp384r1: { id: 0x0018, name: 'secp384r1', clientShareLength: 97, serverShareLength: 97 },
  secp521r1: { id: 0x0019, name: 'secp521r1', clientShareLength: 133, serverShareLength: 133 },
  x25519: { id: 0x001d, name: 'x25519', clientShareLength: 32, serverShareLength: 32 },
  x448: { id: 0x001e, name: 'x448', clientShareLength: 56, serverShareLength: 56 },
  SecP256r1MLKEM768: { id: 0x11eb, name: 'SecP256r1MLKEM768', clientShareLength: 1249, serverShareLength: 1153 },
  X25519MLKEM768: { id: 0x11ec, name: 'X25519MLKEM768', clientShareLength: 1216, serverShareLength: 1120 },
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
