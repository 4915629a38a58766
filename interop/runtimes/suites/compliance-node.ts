import { nobleCrypto } from '@typetls/crypto-noble'
import { nodeCrypto } from '@typetls/crypto-node'
import type { Suite } from '../suite.ts'
import { complianceOf } from './compliance.ts'

/** The same on node:crypto. */
const complianceNode: Suite = async () => {
  const newer = ['SecP256r1MLKEM768', 'X25519MLKEM768', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87']
  const leavesOut = Object.fromEntries(newer.map((name) => [name, 'Node has it from 24.7 on']))
  return [await complianceOf('node:crypto', nodeCrypto, { leavesOut, reference: nobleCrypto })]
}

export default complianceNode
