import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { nodeCrypto } from '@typetls/crypto-node'
import { Certificate, rfc5280, verifyPath } from '@typetls/x509'
import { CertificateList, createRevocationChecker } from '@typetls/x509/revocation'

/**
 * @typedef {object} PkitsResult
 * @property {string} id
 * @property {string} name
 * @property {boolean} expected whether the path is to validate
 * @property {boolean} actual
 * @property {readonly string[]} expectedPolicies the user-constrained-policy-set, object identifiers
 * @property {readonly string[] | undefined} actualPolicies `undefined`: the path does not validate
 * @property {boolean} agrees on the path and, if it validates, on its policies
 * @property {string} reason why it was refused
 * @property {number} ms
 */

/** The tests of NIST's Public Key Interoperability Test Suite. */
export function readPkits(file = new URL('data/pkits.json.gz', import.meta.url)) {
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'))
}

/**
 * RFC 5280 section 6 as it stands. Three tests are signed by DSA with SHA-1, which no backend has and the profile refuses:
 * here node:crypto verifies it, and the rule is off.
 *
 * @returns {PkitsResult}
 */
export function runPkits(suite, one) {
  const started = performance.now()
  const oids = (names) => names.map((name) => suite.policies[name])
  const [anchor, ...others] = one.certs.map((name) => bytes(suite.certs[name]))
  const leaf = others.pop() ?? anchor
  const intermediates = others.flatMap((der) => readable(der))
  const [certificate] = readable(leaf)
  if (certificate === undefined) return unreadable(one, performance.now() - started)
  const verdict = verifyPath({
    certificate,
    intermediates,
    anchors: [anchor],
    time: Date.parse(suite.validationTime),
    crypto: withDsa,
    profile: rfc5280,
    rules: { 'signature.weak': false },
    policies: {
      acceptable: oids(one.initialPolicySet),
      requireExplicit: one.initialExplicitPolicy,
      inhibitMapping: one.initialPolicyMappingInhibit,
      inhibitAny: one.initialInhibitAnyPolicy,
    },
    revocation: createRevocationChecker({
      crls: one.crls.flatMap((name) => readable(bytes(suite.crls[name]), CertificateList)),
      crlIssuers: intermediates,
    }),
  })
  if (verdict instanceof Promise) throw new TypeError('a synchronous provider must give a synchronous verdict')
  const expectedPolicies = oids(one.userConstrainedPolicySet).sort()
  const actualPolicies = verdict.valid ? verdict.policies : undefined
  const samePolicies = !one.shouldValidate || String(actualPolicies) === String(expectedPolicies)
  return {
    id: one.id,
    name: one.name,
    expected: one.shouldValidate,
    actual: verdict.valid,
    expectedPolicies,
    actualPolicies,
    agrees: verdict.valid === one.shouldValidate && samePolicies,
    reason: verdict.valid ? '' : verdict.failures.map(({ rule, message }) => `${rule}: ${message}`).join('; '),
    ms: performance.now() - started,
  }
}

function unreadable(one, ms) {
  const { id, name, shouldValidate: expected } = one
  return {
    id,
    name,
    expected,
    actual: false,
    expectedPolicies: [],
    agrees: !expected,
    reason: 'the leaf cannot be read',
    ms,
  }
}

/** None, if it cannot be read: some of the signatures here are not even bit strings of whole octets. */
function readable(der, kind = Certificate) {
  try {
    return [kind.parse(der)]
  } catch (error) {
    if (error?.code !== 'ERR_TLS_CERTIFICATE_PARSE' && error?.code !== 'ERR_TLS_CRL_PARSE') throw error
    return []
  }
}

const withDsa = {
  ...nodeCrypto,
  signature: {
    ...nodeCrypto.signature,
    'dsa-sha1': {
      name: 'dsa-sha1',
      verify(key, data, signature) {
        try {
          const publicKey = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' })
          return verify('sha1', data, publicKey, signature)
        } catch {
          // As SignatureAlgorithm says: a malformed key or signature is a false.
          return false
        }
      },
    },
  },
}

function bytes(base64) {
  return new Uint8Array(Buffer.from(base64, 'base64'))
}
