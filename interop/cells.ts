import { cipherSuites, namedGroups } from '@typetls/crypto-provider'
import { testKeyTypes } from '@typetls/testing'
import type { Cell } from './cell.ts'
import { keyUpdateCells, postHandshakeCells } from './cells/after-handshake.ts'
import { clientAuthenticationCells, trustCells, stapleCells } from './cells/authentication.ts'
import { combinationCells } from './cells/combinations.ts'
import { bulkCells, endCells, oddityCells } from './cells/data.ts'
import { protocolCells, serverNameCells, recordSizeCells, exporterCells } from './cells/extensions.ts'
import { suiteCells, groupCells, certificateCells, retryCells } from './cells/negotiation.ts'
import { psk12Cells } from './cells/psk12.ts'
import { resumptionCells, pskCells } from './cells/resumption.ts'
import {
  mainSecretCells,
  encryptThenMacCells,
  fragmentCells,
  renegotiatedCells,
  renegotiationCells,
  uniqueCells,
  versionCells,
} from './cells/tls12.ts'
import type { Version } from './peer.ts'

/** All of them, in the order of the tables. */
export function cells(): Cell[] {
  return [...inVersion('TLSv1.3', cells13()), ...inVersion('TLSv1.2', cells12())]
}

function inVersion(version: Version, all: readonly Cell[]): Cell[] {
  return all.map((cell) => ({ ...cell, version }))
}

function cells13(): Cell[] {
  return [
    ...cipherSuites.flatMap((suite) => suiteCells(suite.name)),
    ...Object.keys(namedGroups).flatMap((group) => groupCells(group)),
    ...testKeyTypes.flatMap(certificateCells),
    ...retryCells(),
    ...clientAuthenticationCells(),
    ...trustCells(),
    ...resumptionCells(),
    ...pskCells(),
    ...protocolCells(),
    ...serverNameCells(),
    ...keyUpdateCells(),
    ...postHandshakeCells(),
    ...bulkCells(16),
    ...endCells(),
    ...recordSizeCells(),
    ...oddityCells(),
    ...stapleCells(),
    ...exporterCells(),
  ]
}

function cells12(): Cell[] {
  return [
    ...Object.keys(namedGroups)
      .filter((group) => !group.includes('MLKEM'))
      .flatMap((group) => groupCells(group)),
    ...testKeyTypes.flatMap(certificateCells),
    ...combinationCells(),
    ...psk12Cells(),
    ...versionCells(),
    ...clientAuthenticationCells(),
    ...trustCells(),
    ...mainSecretCells(),
    ...encryptThenMacCells(),
    ...renegotiationCells(),
    ...renegotiatedCells(),
    ...protocolCells(),
    ...serverNameCells(),
    ...bulkCells(1),
    ...endCells(),
    ...recordSizeCells(),
    ...fragmentCells(),
    ...oddityCells(),
    ...stapleCells(),
    ...exporterCells(),
    ...uniqueCells(),
  ]
}
