import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { nodeCrypto } from '@typetls/crypto-node'
import { getPublicSuffix } from 'tldts'
import { Certificate, parseIpAddress, verifyPath, webpki } from '@typetls/x509'
import { CertificateList, createRevocationChecker } from '@typetls/x509/revocation'

/**
 * @typedef {object} LimboResult
 * @property {string} id
 * @property {'SUCCESS' | 'FAILURE'} expected
 * @property {'SUCCESS' | 'FAILURE'} actual
 * @property {string} reason why it was refused: all of it, the most telling first; empty if it was not
 * @property {number} ms milliseconds that reading and verifying took
 */

/** The cases of a file in x509-limbo's schema: JSON, or that gzipped. */
export function readLimbo(file) {
  const bytes = readFileSync(file)
  const text = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
  return JSON.parse(text.toString('utf8')).testcases
}

/**
 * Every case is asked the same way, by the `webpki` profile; what differs is what the case itself says.
 *
 * @returns {LimboResult}
 */
export function runLimbo(one) {
  const started = performance.now()
  const { actual, reason } = judged(one)
  return { id: one.id, expected: one.expected_result, actual, reason, ms: performance.now() - started }
}

function judged(one) {
  let verdict
  try {
    verdict = verifyPath(questionOf(one))
  } catch (error) {
    // A leaf that cannot be read. Anything else is a fault of ours, and must not pass for a refusal.
    if (error?.code !== 'ERR_TLS_CERTIFICATE_PARSE') throw error
    return { actual: 'FAILURE', reason: String(error) }
  }
  if (verdict instanceof Promise) throw new TypeError('a synchronous provider must give a synchronous verdict')
  if (verdict.valid) return { actual: 'SUCCESS', reason: '' }
  return { actual: 'FAILURE', reason: verdict.failures.map(({ rule, message }) => `${rule}: ${message}`).join('; ') }
}

function questionOf(one) {
  const [name] = one.expected_peer_name === null ? (one.expected_peer_names ?? []) : [one.expected_peer_name]
  return {
    certificate: Certificate.parse(one.peer_certificate),
    intermediates: one.untrusted_intermediates.flatMap((pem) => readable(pem)),
    anchors: one.trusted_certs.flatMap((pem) => readable(pem)),
    time: one.validation_time === null ? Date.now() : Date.parse(one.validation_time),
    crypto: nodeCrypto,
    profile: webpki,
    // Of registries only: who hosts others, as github.io does, has certificates for all of them.
    isPublicSuffix: (domain) => getPublicSuffix(domain, { allowPrivateDomains: false }) === domain,
    purpose: one.validation_kind === 'CLIENT' ? 'client' : 'server',
    ...(one.crls?.length > 0
      ? { revocation: createRevocationChecker({ crls: one.crls.flatMap((pem) => readable(pem, CertificateList)) }) }
      : {}),
    ...(name === undefined ? {} : { identity: identityOf(name) }),
    ...(one.max_chain_depth === null ? {} : { maxIntermediates: one.max_chain_depth }),
  }
}

/** None, if they cannot be read: a path may do without them. */
function readable(pem, kind = Certificate) {
  try {
    return kind.parseAll(pem)
  } catch (error) {
    if (!['ERR_TLS_CERTIFICATE_PARSE', 'ERR_TLS_CRL_PARSE'].includes(error?.code)) throw error
    return []
  }
}

function identityOf({ kind, value }) {
  if (kind === 'DNS') return { type: 'dns', value }
  if (kind === 'RFC822') return { type: 'email', value }
  const address = parseIpAddress(value)
  if (address === undefined) throw new TypeError(`${value} is no IP address`)
  return { type: 'ip', value: address }
}
