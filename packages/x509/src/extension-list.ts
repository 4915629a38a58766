import { parseAsn1, readFlag, readObjectIdentifier } from './asn1.ts'
import type { DerErrorCode, DerReader } from '@typetls/wire/der'
import { octetString, sequence } from '@typetls/wire/der'
import type { Extension } from './extensions.ts'

/**
 * Extensions, of a certificate, a CRL, an entry of a CRL, or an OCSP response: by object identifier, in the order they
 * are encoded. None twice, no default encoded.
 *
 * https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 *
 * @param list over the content of the SEQUENCE
 */
export function readExtensionList(list: DerReader): ReadonlyMap<string, Extension> {
  if (list.peek() === undefined) list.fail('is empty')
  const extensions = new Map<string, Extension>()
  for (let i = 0; list.peek() !== undefined; i++) {
    if (i === maxExtensions) list.fail(`has more than ${maxExtensions} entries`)
    const entry = list.enter(sequence, i)
    const oid = readObjectIdentifier(entry, 'extnID')
    const critical = readFlag(entry, 'critical')
    const value = entry.content(octetString, 'extnValue')
    entry.finish()
    // "A certificate MUST NOT include more than one instance of a particular extension." section 4.2
    if (extensions.has(oid)) entry.fail(`is a second extension ${oid}`)
    extensions.set(oid, { oid, critical, value, path: entry.path })
  }
  return extensions
}

/**
 * The value of one of them, if it is there.
 *
 * @throws TlsError `code`, with the `path` of the field
 */
export function readExtension<T>(
  extensions: ReadonlyMap<string, Extension>,
  oid: string,
  read: (value: DerReader) => T,
  code: DerErrorCode = 'ERR_TLS_CERTIFICATE_PARSE',
): T | undefined {
  const extension = extensions.get(oid)
  return extension === undefined ? undefined : read(parseAsn1(extension.value, `${extension.path}.extnValue`, code))
}

/** Certificates in use have up to about 15. */
const maxExtensions = 64
