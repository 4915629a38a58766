import { createAuthority } from '@typetls/testing'
import { expect, test } from 'vitest'
import { AnchorList } from './anchor-list.ts'
import { Certificate } from './certificate.ts'

test('an anchor whose name cannot be read hides no other, however often others are looked for', () => {
  // The same name in other letters: not found by its bytes.
  const good = Certificate.parse(createAuthority({ name: 'EXAMPLE CA' }).certificate)
  const child = Certificate.parse(createAuthority({ name: 'Example CA' }).issue({}).certificate)
  const unreadable = createAuthority({ name: 'Bad', alterTbs: notUtf8 })
  const bad = Certificate.parse(unreadable.certificate)
  expect(() => bad.subject.relativeNames).toThrow('is not UTF-8')
  const list = new AnchorList([bad, good])
  for (let i = 0; i < 2; i++) expect(list.issuersOf(child)).toEqual([good])
})

/** Of the subject, which is the last of the two names. */
function notUtf8(tbs: Uint8Array): Uint8Array {
  const at = Buffer.from(tbs).lastIndexOf('Bad')
  return tbs.map((octet, i) => (i === at ? 0xff : octet))
}
