import type { VerifiedPeer as Tls12VerifiedPeer } from './tls12/index.ts'
import { Secret } from '@typetls/crypto-provider'
import type { PublicKey } from '@typetls/crypto-provider'
import { describe, expect, expectTypeOf, test } from 'vitest'
import type {
  Connected,
  EarlySecret as Early,
  HandshakeMessage,
  HandshakeSecret as AtHandshake,
  MainSecret as Main,
  PeerVerdict,
  Program,
  Handshake,
} from './index.ts'
import { EarlySecret, HandshakeSecret, MainSecret, VerifiedFinished, VerifiedPeer, receive, run } from './index.ts'

// What must not be written does not compile: `tsc` reads this file, and an error that is expected and does not come is one.

describe('a stage of the key schedule', () => {
  test('cannot be made out of turn', () => {
    const wrong = [
      // @ts-expect-error only `from` makes one
      () => new EarlySecret({}, new Secret(new Uint8Array(32))),
      // @ts-expect-error only an early secret leads here
      () => new HandshakeSecret({}, new Secret(new Uint8Array(32))),
      // @ts-expect-error only a handshake secret leads here
      () => new MainSecret({}, new Secret(new Uint8Array(32))),
    ]
    expect(wrong).toHaveLength(3)
  })

  test('offers only what exists there', () => {
    expectTypeOf<Early>().not.toHaveProperty('trafficSecrets')
    expectTypeOf<Early>().not.toHaveProperty('applicationSecrets')
    expectTypeOf<AtHandshake>().not.toHaveProperty('applicationSecrets')
    expectTypeOf<AtHandshake>().not.toHaveProperty('binder')
    expectTypeOf<Main>().not.toHaveProperty('trafficSecrets')
    expectTypeOf<ReturnType<Early['intoHandshake']>>().toEqualTypeOf<Program<AtHandshake>>()
    expectTypeOf<ReturnType<AtHandshake['intoMain']>>().toEqualTypeOf<Program<Main>>()
    expectTypeOf<ReturnType<Main['intoResumption']>>().toEqualTypeOf<Program<Secret>>()
  })
})

describe('a proof', () => {
  test('cannot be made up', () => {
    const chain = { certificates: [], ocspResponse: undefined, signedCertificateTimestamps: undefined }
    const verdict: PeerVerdict = {
      publicKey: {} as PublicKey,
      authorized: true,
      failure: undefined,
      facts: undefined,
    }
    const wrong = [
      // @ts-expect-error only `verify` makes one
      () => new VerifiedPeer(chain, verdict, {}),
      // @ts-expect-error only `verify` makes one
      () => new VerifiedFinished('server'),
    ]
    expect(wrong).toHaveLength(2)
  })

  test('is needed to be connected', () => {
    expectTypeOf<Connected['finished']>().toEqualTypeOf<VerifiedFinished>()
    // @ts-expect-error there is no connection without the peer's Finished
    const connected: Partial<Connected> = { finished: undefined }
    expect(connected).toBeDefined()
    expectTypeOf<Extract<Connected['peer'], { by: 'certificate' }>['peer']>().toEqualTypeOf<
      VerifiedPeer | Tls12VerifiedPeer
    >()
  })
})

describe('a message', () => {
  test('has the body of what was waited for', () => {
    expectTypeOf(receive('finished')).toEqualTypeOf<Program<HandshakeMessage<'finished'>>>()
    expectTypeOf<HandshakeMessage<'finished' | 'certificate'>['type']>().toEqualTypeOf<'finished' | 'certificate'>()
    // @ts-expect-error TLS 1.3 has none
    expect(receive('server_key_exchange')).toBeDefined()
  })

  test('is sent with the body it has', () => {
    const wrong = [
      // @ts-expect-error a Finished has no algorithm
      (hs: Handshake) => hs.send('finished', { algorithm: 1 }),
      // @ts-expect-error nor a CertificateVerify verify_data
      (hs: Handshake) => hs.send('certificate_verify', { verifyData: new Uint8Array() }),
    ]
    expect(wrong).toHaveLength(2)
  })
})

test('the result of a program may be a promise, and its user must say so', () => {
  function* answer(): Program<number> {
    return 1
  }
  expectTypeOf(run(answer())).toEqualTypeOf<number | PromiseLike<number>>()
})
