import type { KeyObject } from 'node:crypto'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'

/** The kinds of keys the certificate maker knows, named as `KeyType` of `@typetls/crypto-provider`. RSA keys have 2048 bits. */
export type TestKeyType = 'ec-secp256r1' | 'ec-secp384r1' | 'ec-secp521r1' | 'rsa' | 'rsa-pss' | 'ed25519' | 'ed448'

/** All of them, for tests that go through each. */
export const testKeyTypes: readonly TestKeyType[] = [
  'ec-secp256r1',
  'ec-secp384r1',
  'ec-secp521r1',
  'rsa',
  'rsa-pss',
  'ed25519',
  'ed448',
]

/** How many fixed keys there are of each kind. */
export const testKeyCount = 6

/**
 * TEST KEY, PUBLISHED HERE: one of the `testKeyCount` fixed keys of a kind. They protect nothing; making RSA keys
 * anew in each test would cost seconds.
 *
 * @throws RangeError when `index` is not below `testKeyCount`
 */
export function testKey(type: TestKeyType, index: number): KeyObject {
  const cached = imported.get(`${type} ${index}`)
  if (cached !== undefined) return cached
  const text = pkcs8[type][index]
  if (text === undefined) throw new RangeError(`there are ${testKeyCount} test keys of a kind, not ${index + 1}`)
  const key = createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' })
  imported.set(`${type} ${index}`, key)
  return key
}

/** A key nobody had before. RSA takes a noticeable part of a second. */
export function freshKey(type: TestKeyType): KeyObject {
  switch (type) {
    case 'rsa':
      return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    case 'rsa-pss':
      return generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey
    case 'ed25519':
      return generateKeyPairSync('ed25519').privateKey
    case 'ed448':
      return generateKeyPairSync('ed448').privateKey
    default:
      return generateKeyPairSync('ec', { namedCurve: type.slice('ec-'.length).replace('secp256r1', 'prime256v1') })
        .privateKey
  }
}

const imported = /* @__PURE__ */ new Map<string, KeyObject>()

// PKCS#8, base64. Made once for this file and used for nothing else.
const pkcs8: Readonly<Record<TestKeyType, readonly string[]>> = {
  rsa: [
    'MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCWWJsOS2j45pYcm1X5dMEVwVAwq4risD4cVAZ6c0ulJWWaqhPG6bM2JZZa' +
      'H5c9IrvDCnj1LiELMRXwfdv3G1MD91LrALooJMVNPMhwFVZXMhGYRRC6S+kCChDtWm9vvLaBtBPzuDt2stT/UOJoGrXu+K/vd6Z5NzSKtjZt' +
      'Lz1kPV3egFwMAMKSco3v3T8nfis7XruuRn4N8QpAIvTZMb5g1RkHPVwyHnodXTubULWaRxV4M7ELyFJo9tUjb4tBZAq6atYKhppKUL6xYupq' +
      'VqhQE6wbaeINkAB8746fJyJuqTB2WgYeLaDC+svqC4ZP+BaQ+IPKYGlbT54VWip5ubvVAgMBAAECggEABQBFiCAyCbWB4Mm5/mZH1fVsOXI7' +
      'WHcMWdzhqkkThxbLXm2x4rf7Yh219qF+YmY5YK+EfoNeTgT/+dP18S5TgJpFg9OuXY97kKoo8LGFAbmEpFAH0mqcAZlcHskXU9wvJflbgIvs' +
      'TnJ8a1HBdj0NODnFgG22d+nCMasF/HPJ0v+6gWv0oJ27mAxeFrobxMW9EHjf9jyy6TuTMvndjduQJXNYaUff/cHVLhfOmTubXg9Iubmny7zL' +
      '0Fr5H/aDff26dQOcu3l6z9o3/U4+w7288KKYmashZnaD00fwgb+3b4c8X33SvQmqIWlhbpSyd0Jklp/kUPjRmvgomLT2wXxrgQKBgQDPIarH' +
      't8Jiu10Usf87Awkm6/TounQjQpbnDLttNjSkvG6Ou9WnivOKL+TUtrB6k9VFBH55q8K5gbCg0LkKtEKqvKkC9i2mHw6V1aXxeljTDaQRquTq' +
      'q8ihOUfsC21EYvJehllT1EI+VJc334vw2mlxGLeqqixg6cjTBScJHdJt6QKBgQC50TaSYg7oUigC+jQnCJD8ELZWlGPVoqnwpANqi9dJb2Gf' +
      '1A+3v9lUdRrYccEKcqO/bGHleroGNszXcUmXCe8P0OPoy0fGcwFbLLz200d/9ezf7X9wYkIr2nbPAK0Lsp9YbaGM2DLhXYlKxLqlb1mV2W4Q' +
      '6+42CBneOGmudV2PDQKBgCsZoVS/iwZKYHr+8tIPtqbPsH2A1svDfm0DfDikb93bi9HNig673iNiBeaxQRWwj082OS8OK424S82awPZWPg0T' +
      'BsQj/6myirFo7IfL4pHAI+S9P7cJGc1agvm+AvWY9T/wCsRjxYj8xx6MOK1cdVZgQ0+S63sbCnvGdbHy76eJAoGBAKQxQB19VFrpLb3jxO2w' +
      '3hw90EEVAlqmT6/53aLqSqPzLbqDMhhWB/5fNAeKDN/kiNj/NkoGdhZDmiHNUw+JkZrSJHFyHsw2lz4vfBJGg2mIr3T3caKm0H3bnxwvJrmt' +
      'bqw+w3+nEt6dPlG5IIxKpkiJRn7hWy6XXfREuO2Ve8SJAoGBAIRe4UrH+Mvbu51JzWhKmYNgT8njHvL0B048luU/pkkh83Lwkxm7Bp9P2wW5' +
      '2+jNtsppBKor3yaT+qZuRR0WUdCAUMFD7ExFYLQdZPTdPkLS2jAWeXvmLWYGOIZNGa6qSExltjdqthWKBGwHFeVopOppIK9TihUyf17QAays' +
      'OxfK',
    'MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQD1tZ1xX8/vIts9eFRHn2I6b3gu+fexc5X1ch0xdq2oVKZ1OmrXi0Ot5H8z' +
      'xOxH0rSh7gaXrW6dYjcwsUOwVuQai2ZxXNAdpHTU0AII/Axy2TJBfkOt9rvHjtpVySO3MRJqORTvl/kqNRElDG+0xJtB6dvSGuex57huMajZ' +
      'WVuZ23iI5QEnXILP0wQEIrqvHCgk2IjkXgM8z0e3glfa+wmz5hMj5WlOjeH2XUnpgAw9uwCpGTkJ9w1fc/JCbO8jljYLRgsOuVipoK8L90TF' +
      'bkiIGL+cDn73uNeddedLc6yj8Ks478tiGBZy3g1ehNbeGMl33G5R2z/9utEl6RHdpZLnAgMBAAECggEADS+S5Gus3/tx4omblEBkaBhlTbgS' +
      'Z855JLPcBzSEOz1XtYDODQUnO6TAgsm1mGEhWnNInUksX3vO1Gke5c6z7QzAEaNWc9DIiEclZNAJ5vvq64LYJPTRvPLYmrPxm7ohb9viWL1C' +
      'HNa+NcvGDuBiKJZhOpRBDNYPmrJFimx2MvpuQRQFsKH2pSQPGire7jHtBYvA/p+92pYZS+jZ8uyo2Hr4hHEyI8aSqyzE0Q/wCAqtbJtCyvNf' +
      'HTRGvlACjqJQ3tvZ0tOPyEzL9L8NfxX0v0lJZfV9DgYaDUjjQ7qB5DeuR390ZFuZM+lJ+ZP50Qv5Hon4PtD4PgeKh3pwsDOJeQKBgQD8+Si7' +
      '3XTWAcVNqhOpWECAExhYOzD/xaFxm0rr4SgotuKV4ee9/ksY1F+mjq9djM4i9+vkMVTfnBURGU23EzpvIln1f4T9MJoc5ACGhp7x4fiokOJV' +
      'YTFMZ/wPeZMU+ZndSYHBenmBkBXWIpJ8ERGJpP4w7H0YYZIgp3FQON3X4wKBgQD4pjULhOO5Y81+lCWNcLVtJgCkXkt6O9v0+OclPbEfEUMu' +
      'GxHKGwABatIu+hiXZmkCuJ/fa/J17aH+vjZgH7nt/CirBPMYAdPRcXr70KWRzxpvdvtR4EDuwawsWyyvV4k2FXH6MigKL2S4lyfA2ZA6CTw5' +
      '/Y35GQIkqhIhY0DgLQKBgQDmwkm8BSk8xmS6kbhZs50ytzhv057A0gCQ5z2SqdK+QQWz/1wr3bmXLrMJ9gJV7clj8I+HmtB3IaO98z0HEU0u' +
      'b0FsRiSD6T/Lttgb3tVChAUVjwRHKd+UeQ5e92GJsp3+U70/Rn9sBolEykihT9iVnKIa8r6x7N8lVlhw+06yTQKBgAtonOB1bXlxIdmf9IUj' +
      '2b8zUi44gWAPZQ09amWkCf9x7FIuPce3K23lN9Wd9gjkUwcj73nx2wMcLyWgFqCcdAx+WGNYa8r7MnvWqBzrut0Q0pawr+FW18PcsQir+kXl' +
      'T09i9oLTUFD/UbDChrlrghmXmOLURnJaemWyQ/iyNCTVAoGBALSGDkaTkCD+KYe5lz94CJK/SZZu/v6JLxn9+xPQdpei1mcxPmBtYyIVXcTc' +
      'ZM26CRkjCPwozzAYXUdIkR7plC9SXH1uXMze1wPI2JhEtvbUviOwFqpNaYxdKigA0FVFRKxtSaiVqOYxOMNU2aMiZrwvEOH8W60LrMGonTma' +
      'kwaB',
    'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQD3cwj4YB7H1GZCd2t6wwfpgsUaJIq5hFOYTWiyieMkdZnE12m2//zC91iz' +
      'Z7wg8KTKWVASlZtnBLOsgJNHWDrbebUOjQJ8SoBSviEmC/eWUCyltVcC9t2USj8qy1sO9o1M49X1dJipm5BYybIC03Bp+2S0v4dRdiWY+D1y' +
      '/VsTxXIU4i1iPPYhpJQTQo3XZEZZU43kacTJj2V4IC99dcAkNtmovVfEJi0deMvr0b3p6AtGeWZCVVcdB1AQHGaTETip5DTEqzRoGh9y3Bsu' +
      'e9CqILAJKbboCvOMmPTZE8tl5GXwBoLEHHqMuIkoRJopN3ymmF/Drp4PK/ryZk03StTnAgMBAAECggEAIIxwnx8hnV5qbw6/RAAYb9ZEL+qj' +
      'lsB5sHxqK6Xoi1iut84v+SLV8B1R/RNFkz2kJ3u1BSTJsrTTH3swJD/OSiVJtBbHP2sbUwbwXE1RrWNxZACk595qCgH0KiBio2a58mW7tJQ4' +
      'KoMsawlo0WdXj5FCT2YsGgKE8oigqJn7228omRrtDfdIoOTreIPPfxCE+juyzLeVGL4pPmWGDQagUGZ9yQ4PcxlKpxhhUdUrDPQXWJrC/Tv8' +
      '/6pMRS1A57qSXsMRwI/fZBB8aHTvTLTuk2xERQEXYOxOQ2YgbZjOxv3eGuqMCwbp+FBm1vfm/e4Wd9Qw3gaeeN3K8nKYy5ef3QKBgQD+rEtf' +
      'ViGsj+fL6LVftct4Z1Fm/JupXgIFwOKB5/ZX6TboS4iRoeyL1h6DLUPoAlGtwVUoilbl5uL1FTU+jGTr/dvr27rAk7Y7CzTeuwkpaZJ5J8uO' +
      'Y+nycRgTJ5XofdgullaK/aOLBtn9nJvHfhO+yRQiKZSKkurwkyWduYiOEwKBgQD4vRrkDkOv1treXcyvqCqz8Dx5qGBl+pBMphkX5YKTGMe4' +
      't2J2Teqk700WJlgeJynnfCPpYV6UBrj1mLIGz5YgxTtVOunFqSA238u1+vYvrtLpcDKvk3oDtvQvGxnTxGCzR+jO+EoxdSOZoChmoxbmoF3O' +
      'rbO6Bk5SCa4zFhroXQKBgCz+zfZTJnHxnvek7t6xJPjp8DTs7qe2506S7LIdBKY1mzDhn4hzfnKaaxusFLJaLoovfVdDUeUerPy2OYkKjw4u' +
      '9PswAEfkES9PZJDxpMW/VFS5ljpbJsth9en0dYT1LwvUHghClfGLTVqEn/VYLi7oIfmDNS5ilMXaiavbSugnAoGALVAt7OvYUtk+SBIobruh' +
      'A+S476TH4uwRi5UaryrFbcyu3ayyyECLhX5+uZFErkGONbh8xlBRrX/IBB3MGMeKXu/vTiiMW9DiqHx+nOlaHfeoPpSM90VTjgevVkGGo/h7' +
      'cU2hUMsUoQvo71yo34HIcz01uagVPMdXT0SqMm5NepUCgYEAjqMXCRZhNJyVOdsfdVIKpOnvlqE3x0mLgY+xLV8MT1q5Pl+a0Kb84pChU3+H' +
      'EOkywBjIamp/3cKL0ZM0WnRBCOcELLbOLfRQ26cM/kYFPIeVn+XZMlCZ6aDoozgqXUSm2Kp6T9kKE4Ajn6r5YgY/RlqMFtOgTmUppKGDTToK' +
      'zWo=',
    'MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCfQ/e/oLX5yhLJPNREOpP27B0wJuANctNMcvFbL3m5mGJYIgR0RKRDS8i6' +
      '9dKUtrzw/v0+myKYJ7cUo9RauBvBH9RgaEgxZc+DMOgcJe3vKamXlwo5rR8RSqShxbckkcxrNgQh62MsmjTl7HP/9kPrsk62L4D8BEaBP3S8' +
      'GuDqmfGVcUjTP2Cq4OaQXjr2pl3J0JEDjXte5J2Ums0n9B7C7Ky99FUbaoHT9UTXVcX5w+3ofnos04F4JJr0BqIkP0TUEAZgnhCo8t0XoLkX' +
      'PX4f6sJ2jO2B4eF5WX4cLQLEV3vY4LaK9fpHPqPgQT0RYPxvn7uCIMFyoGXq+rMW04yRAgMBAAECggEAGf8krg1kFtlitqFsvpRXOatx2j3G' +
      'Pbu7/NMYTXuS4XYbu2oWEwpvS6LPqaDdljO75JSirrjw7SgybLaPP52kviHdbz0mZ5XISRBPGuUgEPVafumDHEYDd7WY6OUWj2wTE372Lrk2' +
      '731eXBd8GdBPZuYsjfV0Fu71uTwr6FZ01yY2uTICS3+1JriFgFeO6s8yvcA+X0dXy2jS8DTmUzkoudmml1dB0gYhkb9bWRHrF/IFhETmYo+6' +
      'z6Q20dZ7dLJC9284sCue8Gncbysnu6TzzO2lRFZjuddExtUKBZC/oICHedFHGSSq3NxjXm78/E+x994nm0/K6aUV5sThQHIf6QKBgQDTaf6X' +
      'WkIg1jyoxPonBqgLGYZH5W6FgCFbJglvyPYN8N4bwGUxSqgYy2gYYY4n49pxJ2uxExhmZHk5wWpfFHZMsF1zVpmGGNV/cFMSoZ8nI++aUxlg' +
      'I0r847rlZzoMVs4UnXtF2y6FhCX2sZUcLOXJsuPSASDTLLDjc8uKSKgPlQKBgQDA2ohHcmiA8rfuXxEOPr89eaT+Ee9cOm1KqdMN2JLI98+L' +
      'wwQZE2VdcRtkbI9dPH9tQ5UGfvetgCvUTcCwinkh1Y8U/4E0zlbycVZQx6kxmGHc+/AWM0+HQ4d7mr0ElsQL2AeGksGzWjzLaUU6VfT2qEtO' +
      'ZaYyXq4bBy5kovc6DQKBgGiM8IS09CL9D75+ux71ocDrfIatpbyLovNKmjwX6+b1CUI8IU8BFqQ8Y1w7UmvTuMFgt1c4lEZ+xZyUVCB1JBPE' +
      '3FIfr4irW1nMmKiMGQLoOKPfGJt8mKb7j//GzuQvQXbccowXWqhYs9WN+KmYYoMe3p+KQ0trvIafSzc1uzcJAoGARgVSY7aLcP4vgBHuTGDF' +
      '6Nko6cKzSKZCFlDQu3891E/9gD4/V6duL14o1u5/oxebIJ3gFuq0nL8jqsLMSo0MbBdxCuu2Cuk8MmyqLUxBByvPpH+o7TaWEoOXRm6pYGgp' +
      'KC+4k8jnIWqLFkPTidm5xnDWXtGTZUhxKIkT9CAjaWUCgYB08gL7Unf/hCH2LuLDv8Hm4/kxrNVRR73eIEq8OhooXhJhi0Sgry55DhE8CD0U' +
      'ChXApSV3f97YKw/QNnX89J8dWHOfK5P1OK1jR5ch6YZlTjNrRDwcdtMo4Jn0BIdjDSZKyrVjoLY4pi7h/gT98bmR8GrgkRnIf36XTnHfmoby' +
      'NQ==',
    'MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQC4uxvYuo2Ar6dtSLgYGJwI4L9VA6Bxcbn4EYjM1Ps9cA33tR0GVd2ZBDXm' +
      'dGdFUcdjX1y48cFC6MCNEk79WlTtIJWXOx6OpwHEN0/k40kthGy1S4gAE0VCg8gDsk5wEXDNTULm1/wKBGJSV93YQLVd93ydZeJQ9bpsxoQv' +
      'vcLDUiqvlJb5DtbM5vVN7vpiNtNqTHFN4BcCqJA1SQLtfwCsYwpmNG0HIXZXK37wzkPcL061fGqZZKlyMZ46DtO9mQsS2Cv8KnD2vlFe6GDC' +
      '8NsXLMFH7jYQjpgq+zjDsO1HbdOPQhq2FKWpUdXfMeA5hvQ299aP9MOmswPly1bvOi8HAgMBAAECggEAMi1002pc7FMKJdemVbk9jPXLUuLQ' +
      'zm/HRXgx0f2aHuaUjK/P6fwh3KH1qBr/QCeGAtqQ25WjWrLRNqB9/zhtsBl1OKZw1uvLQYqKs4//PRNm2dnh369cVURpbIOe5bb/Dm0Jmp2Z' +
      'Uvk84cQHOOneud7zJOfbUQVmNYy4tCUVxarRHq1JD/7gj61pjfR6W1vQ8goR+CUuH4mIl4WCJ/PfpHQRSIfvU0Uk6fv4Q9C+V8iiWNaKlgSu' +
      '81akRiTRYLZ0E4rmccFDBtIsL+W3wvzt3oOTyW2zMxZ3FZVqJ7yGSS00ruoFhnpikwFNJpHpKKSbxhRRc6r7Nn74MDEGdrTIdQKBgQD66F8K' +
      'h2nBoQMYq7PxxgDZOuGfhy03ZWzr43Yg7mrl40dUSDqpSdIfvBFON+Nbo90nihg886Qaj6IricYEnVeLsxOgVg1lTbnmcMTJ+JtFpuY6HWel' +
      'vv6SKNcMJwrNoiWvnFOMsfy7u7IrQSEQC0B/fZtIEkhkznzzIg5PzfU8cwKBgQC8eufsu9nHxexfOHdqBzVysPlIZn8DLpeKY+YksfYEw4wL' +
      'L3PPNmHk40RSkD+hHvJAsEsOXkwYeRyZ6lTLkPmePEEy1Kzxba3d3iulrcHD9EGToINgZclt34FQuiYIjenBBYmlPbJxKOVgDgbO3TibwhFb' +
      '4Lqz4sVyW4+L2rTSHQKBgQD6B+4N8/szdVw8jX54BDR8ROzpqC8q8Oul9bmV/4CPLfm6x2+Nm37FGQi1xYPPom+UI00cED8MKO4WLOkjWBgR' +
      'opaARMB8nwQN23p/OjqhIjxy1TKgPMA6rm/+MDnXySl84m9v2T5dZiGacQCdmFjhsy22mGGD8zEYqGtSo48qeQKBgQCJQzkEPworYwjxj73n' +
      'ibhy/k+NWpfFSXkzX+2La88vSPoEa1p73a8NcjWfq02rmU3zrm/61tG0QP+DWBTI65vekSMqUZhheu7UVaiT0Cb8/jWDvbHv0jEPw2X51Jc+' +
      'Q5uo5s+Hd5cssgvaGFz86j7/sCXUM6XEu7Hvxp6Ty4NEQQKBgQDDzLEBYtJprjojowRHVQviBr1qfss1BKsVInxkRVJaGou5Tsv6U7VeBE6b' +
      '1xqXj570g75EeVY77oNqUIsHzsG+mJE3+q6skYGD8qHDBY1FaygjeTrDEkxMCXgTRpz6MTDViTjdb0unr4dFPnV7fNO6wxrtlUolv0p68N3F' +
      'ERCw2Q==',
    'MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDTojjU7ViyipJ/tEMvuKashj0WQGA8NLmntp9nfl36EqrN9ZlCVVmlYvpG' +
      'jkjto7VJI9Oj8ztT0RO/HabNZ6fE7/aYuTUGEWFF+lIUWMqLLGqM+xlkZrHJ2/xG5NKHaXYhaHNOfvDNUKjj9KYYk1lamIhR1aULCs7p4jrL' +
      'MUXINt1xuWvKNZ4WRstYphHJp7/RYLPr5RaGepc1MWoNAfhY1zT+wcoF53024lxN2HuWzTPr2ccyncUCEqFL5DLtKCegZ2uutCZ3swqdFtki' +
      'SFB/7GHlA84MHcC0ncSiwcfHxsOpsNHDAwdWtjZ2ui/1tMjt53M1fdKZfKWcQi5rXxhjAgMBAAECggEAIqznxuuEpuxRiJ8OixkkJgxwod62' +
      'Zeb1rGcdwyVPXJQGbGybSeUWJSUMgNb7WASExZEbMje+NsOBCsVe+TTMplXy/58I8w+R8pdLL45E0XzbkHHr/SleZAapVSxU2l8LPfoROoFO' +
      'DzXyFjeVp10tPMzVOSNaQW7p7CRnIbfXCTC3tb130H8SQz3ZrLP2UVCpxcIk/O2Nnae1XWutDfFvdkbvV7UTXZrJLLxOf405WKtnOcyxNWhd' +
      'Fsij8ByngteeEwBmIXZTXQvznGE/JtmkP9h05pb92wk8CN5wr5k1d5qaeoCKIiLGBcNPmDT3moWD/v2psKCaSI/l1SYQDHZpkQKBgQD4DRG6' +
      'UMrPIiGTsf4cI9F8KccAvVMX63EHpxIjd5oZAB1NngnBv/3iIJhA+rbThuXfZT96dvngVzZItqqHpTebeA/uF5QXPrGBq4uDkxOaak+sBBAz' +
      'vIwN0pQoiEvlGxMUEkP697gY2jdd2PSk6KimiL87BB31nAHAqFyUjO9WHwKBgQDaamV5i5AHfv16JypX1yne/WF3UQflo7s+eGcGRVZjPUzR' +
      'hkgZX9jyTqkzgKA6flC1Pfx/s6PVbgarb039fssw+fwC3MbH2+asvoFI37htktqI/F7sIYfmCtddTm94hFyqdpikkdztbK5mSdbnU35RffWd' +
      'FEgxEmhieOHOQggNPQKBgQCog+B2Tirp+0sKVtLGdUL88jji9Lv9tRLN2x/Efp1uvJgrweDpArDNLc2h33HTVILYeKVeYnOxiC41yfsiOgkE' +
      'EtXnr5cJD6tx54PZeFLKBc1olD4Zl88iGNxUiPvegr08VoheeGpWX/FbTWgunGzu7lnUEyDzWfAK3ZY/yVtTiwKBgAXSfj/+M2mvvewKrTtI' +
      'NgqGsJlwpIg/lBc3OG/XW1Ur5idTsApVHsBezm3cCOlmQpqCO3/f9wcSdsUNI4QVZC87Cre80OO0/fIu5d1ecVkiaAbsy076GdhNA66uD5Sj' +
      '2qCEps8EQGJn2kJJx5vFAwIDHJACYWZFeljdpg9MfVB1AoGBAOxK5JVD9s4CY/uy1uRt9Isw/EBnqgyvnZXak6lfIglsPMoM+s8cCiS8hKTW' +
      '4yMxJJW2CIR8fPVxiaE/O21K0Psw1cLzT01V9o6uEg9C3ZYYPn3HMxMzLSg5XLGE1TNtirCo+ucDvNRaXywajr5RU/c2Ez7YgwN1ABnKeMka' +
      'Iu7m',
  ],
  'rsa-pss': [
    'MIIEugIBADALBgkqhkiG9w0BAQoEggSmMIIEogIBAAKCAQEApmfpnH8JsmIUft5cjQQGQRHE6wPSYD5+UIDBjEWh7hEdtVWUBDxyLwTObyz1' +
      '6wG+gbnVr65EmNhGyNJbkB+SAW1soLoHFoRdZtwAi6/F7PF2owoK5gCsr+coUijZ6yuVCh27zVqN2rBTXbXxwYd4QJUpZThKihmOB0cKrFHx' +
      'sShTWi3HujCg9kYPX+wLe5cDRvuPLc4gYbypadijHXpcThyXpdyCBYu1v3TsSe7+zv0KiXUYqQiVo4+0K877y90gumgBWAq0u3745LT/5SJx' +
      'UiqKjG1Cf0CJyHTnAK/11Iz831CNozv8rj+zwmq00KjWG6WVuvIBslEi8RQYSVJvlwIDAQABAoIBAC3L9l6kFdKarKJX5yfGHkSFM+ksFZd4' +
      'S4IzVVEaDt06p67yvPhHfHNVQs0VFh8VzUzdjKI7d1SLXTvCrQFmtuOermEzoWTAjAYVcS8AcpvpvmlTh7lSITSODSpDZOoUhgGROlDjZZv0' +
      'oBTv0HefJWi8xHY/fkAwlUaKdjUDnl1PVnSvD/EbzdKn0Wq8LHT8LAxkGHLsak1qygyYEZR0dzmQbqg0LYWwQPruTl/lPOo7rYnEFj3HAsbG' +
      'BnOhAQivia+zO6FuEoTcx2/MAmQEow4c2jstPNzIKaqjyRZ1DcjW9HPwyVRcNVO/eY0yWJIzpK+vXenIfxazcNu7stlqQdkCgYEA3R7kwMn9' +
      '7T2oPP7e3wTOw7NzRLy/B08+0TQcFZPZw5KGKCYVJ/KVMTs6k//fOavTonjMOyRXX8lqnwAcUZRAahMiSTzCbPBhRcU8ZPOedGLNqY+QcVSx' +
      'rth6l2Rt054w5djz/ZH0SMRdTNy/WglnwjbxPo0r0YPQeK8xgP1nBX8CgYEAwKeS6MZYX1WqN/8NMwiGlsl49tIZ+VhdVcCnNegu8no7UU7J' +
      'CaRJIqD60VtDMEFzALO/YhKjIwU+/VhF5fRpjEaH7xjEaO+f2WxAVSsG6hUj1J4koNK25xqfZhUOhAj5CW+lJrqSYtHr6+bFUyYQN+eSHmcl' +
      'NUDE5jGcjWNPEekCgYAsmcWkSVnpl20u2G3V6B9YhAK1E6kobUiLZApiI89hzlU3Fe9gfmKvanX3Uj4RYOIwPFNdfogNLxBNf/U2U0Pm4XMh' +
      '+Jpy5M2KCC2VYzpL2X4IPIfzBBVO4iVgEgbBD4BnbCpStDTk1I7JKSGDpLAEEZb5efojqYXMQfInRXWZOwKBgA4yy3L4Wz77c0YZOAHQ2Qp3' +
      '4sBeD6f+yTIutqQUbpFUTNbbNZnOT82Li7CuRy9hQ3aDyNETio5kLpZBUTV3Y+gAsrf+XUtWjbNadQtR1nqeADwFQ7HOlchGgATn/F/iwWfe' +
      'oI9QJMW/ruF96oEMRxm3qV8wPt/D3D8S3PTWotcxAoGABlWqWLPwGtUqLh4nr/+j2e4jjezh2HQ5oU0bXqxyCjh8M5p3bIgSzuum0eszQGYs' +
      'VGg084438835BEXLdJieWV9zV2H5phW9giDrel4ST8fduudIDGbRcGFQVVE4rC384fvsNCy64df640nnXjAgEHivBjugw5biAno1y28foS8=',
    'MIIEuwIBADALBgkqhkiG9w0BAQoEggSnMIIEowIBAAKCAQEA0WtJWpK9MAqFcuimNj7gIGllYS+HtIEFACZreXTLXWxqDyyCePOClboJ/VHl' +
      '/2e5ht7pZ47pMb21NHksrTnfaeit6eTx4SG7hbkDljyUNmjr43pLnBkT2dEO99Vynvflfnk5rdQRGMzVTWipRV3UURa6cajJBP40s5XQ4jEX' +
      'LThgXnC5IsOqbtG9+rrjDZOnsk7o/ADl+g2EU0dXLCXmDV/0BKDQo9kmWXTNQ7lJfCiJJyojo7NsaTg4U98xyP0JnETu0TQrRx7bKZ8qRB8D' +
      '7k6nZNVFpVxApjswqwE/iKgFVe0sAPRCxrV/+fqYj69cV3hMErZK95XulrH7NnkSJQIDAQABAoIBAEE+JPzAQYuRg5DQlVPKE+ZVH53/Ak7E' +
      'cUviLFKLBf6Fk6dFjSJkbvb5njobBUYkSQMROHMobVMvUKBX7gjLwmRK9r+rMYYbjcHz6X+pQN2Qo4jbpWms0GfoPzsL9yk6fvd/ie4zZt4s' +
      'lnmG1VGEkWxv4cceN/5DuiSG1KxbceaGnQnY6UOrE+SNq8BTH4wj2UMU43bUYtbgjdVD5N++KEp+O0ng5AxaToWFlizQrCuBxr9DsYayc0Ky' +
      '7wGA14WnIJ1sQrwGGCMU7Z3trG1vQI0bxgiwO0vBXctS0B2+nPvjU5qoOCzHPmFm0I6bv6qjjq8F9iRPK2Hlp/rPV6UaUjMCgYEA6vm8Zs6T' +
      'KS8mfwHCXjGeAJiM3xhdOhX5R6ACkaKmTlgYDY5dUvrEtEMB3e7RzREgdyavproRVLvah/MjAY/KXOSfOm5rsGLsscTYoAYDQM7qsit1yLjI' +
      '1UKfnrAGTAPdEknj3gWAuDQLLxZ/4iwyQZAWIgMEVjbAH9+X5s23CjsCgYEA5Cgp/EvsJto6MN+R4EdWrNALKt/pPOYfxqRqCjUb9pCBf1vD' +
      'Ax73aJrJ+rSBD6V6tFjHqeBPr26lqygOy+E4qiPfdDLtPX7d/WYQN3aw/ieOGOPCJtr581U0xqpbOs4Uz/pKZ8ec5y2/pn0AEn8B4xU2gQX3' +
      'wqyywIW43wJqLx8CgYAs3wHmU/5wN+vPByP53tnAXWFRXRK4e+e9kMXMz9WYUmRNemlB5ldX4Q/jNK7lzSZ4+m9ClHeoybLCkWCW9MF9Gb96' +
      'Zgm0hj+S9vczH9LRNnJFEd2NNhRL/UwD/rNFItu9mVSlWkGpa27TUCWdqDj0ojJHznGukQgBTi5wycnxbwKBgQCO9+gPU9gAJKFwPLhhbPKQ' +
      'SbGlxTeXVLC2vhJAoTULlVPAZdTWoNHx94T3l6KEFnLEjhlXhtsIGHKxxOE4usHSQ7ZjTwJAlb4vaoRg7PxN1qWBTT89L9yOsWbn0ppmR/rc' +
      'tH9pdrkIWC+O+SdRb8rT7FgCE6ZElAlTALhu7klxiwKBgHR6UGsk57iFzM9CR7mWT1girrNdzIerOubBqiNM5Rq7GiynJpGBwbwVBeFrjBXj' +
      'BRrugGcj2Kdmw2KpOxlb1N9pK03KIglhC96qKZq6cQmGm0jhy+W2qu6+pRYOFkD+xMGfykRJmdgp+Hd1ywOdGvJ0kGEPdMoK6tRQzbMDrReZ',
    'MIIEvAIBADALBgkqhkiG9w0BAQoEggSoMIIEpAIBAAKCAQEArZDaHrzcpxsCxS4LYo2Q4CVMurdNx8ur+kyb4Jo0TULrECo0Ffjc13AeI6Ld' +
      'ncuHryOUqxbkH0QitfIXYuACsJsyXPTrg8om3y0kPtACkgGAoBt1TJ/uS2/tVNYn0eJtd6cdfYHE+C/uGYR2/qb/JBiJxa4t1t8QKypdXoIO' +
      'KuBmGGay5EqrIbja2NUujk8kVvqpptMy4xy3hwAxI1ko18kwSG72YmzE87t0ETDRMwxnmiXvNV/zva4tqFBynU38h/8Vx1OITjBNBT9YSif+' +
      'ynJosldugJwRcrd2aKEcl1B0TTz/wAMKH637O1X3WdqxwrkqXC59ypRiB3y7VttsPwIDAQABAoIBAAlC5nCncTq1dUNiPpdGqIldVCfOaicU' +
      'FhwoBFVKxSmuPW7CYb8eZWJViDYslZi66IWO53rtoMSOVS/SOC89dsdHsLtHEl4Y5lQYS4vSe6Cg1eU1MeAh1IxP76EMQFmxtFejIi61QvZf' +
      'UFwqNlNGQ+0AJjHXJnkFtA4pl4vYcrsU4azJgejMHIxQmwkbgs5aNXSWgAI3J5P1l9yuBDn8ivUDI/VpwA5jseBgT6NCFAbCegp/s9P/6LcB' +
      'glU+1h99vc+PupQxp7g6gK/+8JTskXSP5wGtINZJ0jk92lpXc4rPkQ00AepJrnSLJgGZoOY2V8BkiSxBPMWddxqB8UoImLkCgYEA5CzqnMZP' +
      'DDmUaGlrvqBRFd1cKvo/aRMuOZVA2nptf1kJap2qxjt4H3rlQkpM/tCHKjDDvcRMQeZVFVtw+0ZTdL/pgggJMu27NHPONU5CzJUKCVz1aT9j' +
      '8h+5Dfiz9+wviQpHn17KmvGfZ8a+xpEh4OF5D0QAiGjJJVdaIeEljNsCgYEAwrsn2VWLXwpRcVut9sjNiQlAdIT2C52gd8ZrKK++3Ui3WwoH' +
      'NcdeCwDECdaTpA68hlODjQsxqBxwDoI6NtJXCkj1uPD61qqZMUZu+K5cDeOcYUSJJd+8AFqHQkho3oSwC8gdfAeldMzecI4FCR5IFPr/bIOw' +
      'QzXaaUWw2lJcSW0CgYEAynh47wihmC133Xa+XvcPPKGiaZiJsAmPGRWx6Kx+gWRWkL67jQ+0NertiHc5/1q2td9zse5/5HIoybzMcowi/hRV' +
      'dkb/Mqv1VEP2lSKO787IiyprsirH20/++8DWoYZ5X9c5WtfYXMlPM90N6FFciJpKvBsRhfnFk1cB6dJJacUCgYEAgtnMTyhCfNysGWYnobsR' +
      'EdJbs3Bc/TUwTQvRmgduU7e3Lb+xVJvhP7eGA65ii00ztXeM4EvzVCm3yqgLgicZQdoA9ANKKtF8GzZe/0/6n4Kg5GNvXTnYVMyAMzQA8/Vp' +
      'bqFL3rosni3EExH7pELq4N5AoKRk3uTjHPYtfqb1SIkCgYA4kBXmjvCpnCQfRqeKexq0A60mw3lAXPByczCUvSlPdziEFlrcCU+1JU2EbTZf' +
      'Kl3Ge4kJv5gpYj/PIZvukiOuoNdwvxW+u98HaADZF3eixk6wYpT5gIoEqKua9gHWvhEHt2B8MWiKb4Y2r0zaftCCgJCA7DKTqSl6PTmwmp1q' +
      'mg==',
    'MIIEvAIBADALBgkqhkiG9w0BAQoEggSoMIIEpAIBAAKCAQEA6qeUDa3ht8+KT9ur2AYyNiGJvvaO+Yk9gqatH55lV0ARHoFvbdAbJjNXHJon' +
      'wmu1nPYDQJxE2/8Blpz1UeU8NpaiwVTbxFg+tfteGjXLXkDEb7bLtjpHd4NSYpjJE9G73UmJ8PDyEmAbvclNfTGvSh+h5QiMh7QFnJ1sYURq' +
      'GVpIc7laoqZBhbs0G5ypMEZMbbanll168uff3jFmX/O1d51gGFa9+tQVYIuPPOn2Rj4p9ehgdQd7lg0OYMynFu3JoC//6YW2KwKmCuzBQCkk' +
      'dgK+vPllVeskyD9IAZ6SdyTRYt4u1AlcC4ux21uJxJdcSZdlZfpHQkGT5qowtBW2FQIDAQABAoIBADgWKvCkFZX6MMyKrIXbYUgH9yUiSKVD' +
      'VOT0EuBCW2Wh5hWdCXW9bqfQUKuA+yzg0s18DeX1FA5jYs1NoeNbv+sqUSeVsVu6Xe7gcKsiHYRfRbSQBBv/zRI3XMs9Sp6GnHk1eReSd8HF' +
      'oAvaYD+izwuQCQG16+UJteerxvpuwE9jjD+7TRUN7XSTV42i1mkZ+NRe/xt07QIy+uyznO8e3zx/A5jNyTYhWgxYykeCoclFTMiaS/+w/TRb' +
      '0cnFxnXVYDtLG5MAMp4BNePaAHaanvkMwajT+X3io0fl5nsfHJ+zOUM3RkxguA7v8RKG3SVovPrFgKXKqYkUBu0llB2EPLECgYEA/WAltzJe' +
      'ZyxiFvarh0mNR9YlcSdaMzY1q+hbgv8ucpli+LGktMUMLG7GIaviLIPosnC9uRuGaPg/WBcCTst5D21TaT+JRPAnobTASTbQGuO2Kct47m05' +
      'UT6fre9YpQIv7mzGEnqvHwY2zbfsQMxvjLCHTFFJkX6K4RR+GV2zNK0CgYEA7RXKUvg19zfjx4iTrybvX/VaQr2OIuxTuVBKqaKvC7BsdcT0' +
      'LLEA83+g2/LC2Y5QTTwtyjNaNiXdPDcNb50uJGgy2wYQhHISdhKQ1yx5m2tCygPNra8LL3bw1+Mhk9H/fEPNlGZgmMIITQ8Y5ydnc3+gM2/P' +
      '4NsydBQdaUDrzAkCgYEA8k2NI9luP/pIv68bL+Bd1HHtEn3Qm6LexswJH4gLEhqvdCbl3N2Hm8I/hZnLTEjFMkfwl2HEMwQcB5DRayrYVbF2' +
      'D/NrwVpsfA7Px/Q8JUrYPLXRqykWpCRgLcTzH7GsxrSM4sUiTWfy5t5Zd0pJ7uAuMwSVdybthvvC710U8G0CgYEA4newHnUux4nBsTYLLIJa' +
      'oiTyJVKAVWe9ygSibUwTPW03DYAnZhFmQTKm67MG4V4J4t0bOEy5XYPpwr0rvnQ8QVavTXyLhpiYfeTaKlA3kXhyAhqD++Z7HsnU4cP6rQMp' +
      'sv/pfloU55Zg64sCVLvVHATLeJbT0YxQs4ULWyFCnFECgYAwmn8WHR8+wtrJ+Hwv7v+B/UsZA/qcJo/tRZlZRWZDFUf+OdHW0TjkJQPtbxPV' +
      'MkxNOyFKd4TMVC13BwI9Brgr7rvoqh3mVtHtjQdWEOb/W4hI22rI51rrSpN9w/Dek5VBaxSCx81HV/5yt1JaXW3MQk0aZV5nK9zDJ6pazUl8' +
      'Sg==',
    'MIIEugIBADALBgkqhkiG9w0BAQoEggSmMIIEogIBAAKCAQEAljDTVlSDmxLC92dplcbCxpBExDDj1A64k8913uRw6qUtEjFGerOx5/WMSXaF' +
      'GrmRrCGICmfu0GsunO6SZkr9lr8uTzBIsbrkpm78wa4Z252t/5qWEo2XxmOKOe4cre8wsziGG6mFVi2KA+eDDP3Rwoao5aUY5uN31q4QwOf/' +
      'XcVWgDNItLPNHgD1QzddJL8HtSsrLu5W7zrzshschYmeMGyInCxvzQJlmPZnbMt/Ou1OQOjnuytGUtPFvWXqyj4KUbEpb33ptW8QolHUv8ac' +
      '2TvS/koCcdEBPuhtGBS1LK2lY12rbPcZRZ+UFVDASx+uG15CqD0ezSZ6QIaAvsXeJQIDAQABAoIBAAFRiuo6wjZrjv7rvCUDbAs6hRwHnz+c' +
      '/hJWhsVu663a4HjEw+AvMSxLfwO+SmAoCZpONHR9u2TX6z599En5HEPrrqalbB7BUjrcbEdWaOXOB9L5YrPL5SDDZKYdcmHoumlflIMFwgTc' +
      'aZYfFqR+NI5fLviBjBf4BPT2k/EszqFeWj4OAd++tnx2E7l/Knp79r5gIZJVTKNAv4Yu9N/FLPldT/P6AKMVKsuLpmt3sodgQFRX7Coijqv1' +
      'ysDmbCwtxeaph7HJ18kx57SIiFTQYML+32+LTpRX7WLTZhtkVpsprF/q/or0kDmWF1aXPjzk7Cr565Y8QqEW5xXE3McgzvECgYEAz1ItJIBo' +
      'P9JmwbtbJ7TDi8pFvhVh5xhTEqXyHjyFYkxpDiuqSmN/nJrkWGBLfxcu2WkGJDUL5TxsQZhHHra96mCnPc6G0vFhMjxFhI+NdUF9T2fMhbKp' +
      'yNRo80WeSpU9iLkpU0KRYpJH+I7c0p1kNR7GS9UL1zfiIewpddkWf1ECgYEAuXSdaRS7ZcusoN2guvzx4g9N1YtsXoH+eGd+dtTitbL8jTLs' +
      '4fyyg/nBt4UeDBN3wIJBRE9zflAQNivwSkjfr58Q1ht8oPi9ZmyHC5RD7uVk7q3PA2MoUdIzEF+2gwTFPF8FtY9gDKRihSFTJTaupxsfSfA/' +
      'sHq2MiptqaiIhJUCgYAsfYYSfzvf9lb23C4Dp1cPeKje0dfgr+ej6Ni8hGBbZ+pjkBtLO273PIYkMQYCkAcNwOwAeSHEX+MbcIJSpQS8d2Fs' +
      'chWczw/8p9KDUAsbTqKFl9DcICsvXeXnztjZSI2b+aBUrcRlUt7/CCl7SStn+uKzA1U3Klbs0LFVCPE7AQKBgGAIErqnEaLUpL9oBCLPeDEm' +
      '25cIa0VE6xBOBx5hfkO4Oy6igCdFQus0GSt+suBt9ESrLkDBI3z02HA0sGjG841tQLqd4Rs5slmnOQa177d08Z7mQZvvbKFxxx9jcI7HmZp5' +
      'Wet6IrJpLNrjNrq+ZhIB6WHQFiq8YDv53G9N5eNBAoGAEFP1o2eNBMb1XE84ACBIR+D9HPcGG4FLq076NXoYvNKv+SxRdD7s5QIR1SOlg8sQ' +
      'TPq7aqNm7Rd/SOAsPcSIRXear9Gv2HEH9IR6ykXlUhTY82RXr4wEPEIVTwUWP5ZuK1QuSDLKj/L3qGiVcESDkb4z8WEg5FJgi1cM2n2j44g=',
    'MIIEuwIBADALBgkqhkiG9w0BAQoEggSnMIIEowIBAAKCAQEAwlPo2zQ+1f59PLk8hmEyUasLrfvY65e6Ey9eqiT7IFh65uBIxcM9SCAK92un' +
      'j67h31Opx/SjpRC0uWHIp8J8jnNwQ7Is2DBaSzni198XBPmSTNc6AxizUNL9ItYgkFeI0xONZBYWb1mOiB+FaMTjWNDGOyQZeomsKUqhmAer' +
      'O89bzCOOVVBRGI74ho938bDnKgHmRXKXbDZQ2rmrH5jVemXxKjiVawm2R1/z2OkdDVfRCe0+2IJMmaBPerZM1Un+d9lIKhG4H8toj9XjoXSv' +
      'I1Grx4w0wptCXnM3YyvJNxhNv4v+i7sxYPUTdz7hnJee91yP/cYe9UeCsUw6hh9knwIDAQABAoIBADh+ZWEooKXcnLMFFPvqENNeOwCDCW6A' +
      'Rxehu08SfjFKl7w78twPZObtbdK9KNLkIAUpUN/xFov7vdZw/4EJ0OUm2TnM+C2HbRCWjQR99ja7iVUucs6IpUS3eeDhSEk+MWhPtFim9TG8' +
      '4ute4o1xQ7jDxQVXetK9aF/+sti8TgMORINuumZ03tzXWGqCm65Bzrc6kVzquj//HqFb845g5e9aE66LvDaq5O+5LoK/R5TmV1aFD99tK0sv' +
      'km2zMtOw4y1yoG5deqmliWPBlrVbL/XVXn7iu5vMOvA+a5O+y+8cGFSrZpqaik7vqT/T0jo+biH7uS4/7Zp4KgPs9hNaQA0CgYEA9tAJdqYB' +
      'WTpgrxBUkPJT9QUtYf/dJo7tUHtOxYUSiNo/d+eHwilptlJ4YUkURSrxydoRlhNf/n6pLEvpbfBEPUb4lJXsDVa3n5JXuUI26C9fDwBOOk1v' +
      'shFoJta96g1rBHfZIfOsCj9CBv/gX2wIM0ICLxxQnhXTLTvmDYXT7X0CgYEAyY+545a6t+nr65wDa5PsrVWzqb8fdzXM3AHIqIev6jMPCHxf' +
      '/n8aPoW8UuTHt9Q8ycAKVSQd0HgAfNyIgwfF8/Mh9ucV4rF64iH+WBIMuQaQ/BSSuQjhYk0eeCz/a7sIfpDe/YpU8YpNrJHaB7N/U01UQzoB' +
      'I1leEBx/GAd45UsCgYEAloftraqz2drsCvnXyguyPxdoRYQLOrAjd1mtgnSWCFesLBJPT5F4gxWrjBJJRaJak7Tn0vOAMbTIs1adSUsoI4N8' +
      'qwsBTGVeWvmjfT8wQ85YmMqj65U9EYriTgXdELocUj5SdQ2sGRfZynEXRLucCL8ym88WMES5ZrZIqmi8B/UCgYAVMMEQRkZ3E2a0LIDHjJOz' +
      'XXE4BVnfhI53CtD3ttwtuRR5henprZ8qt5Cm/lpo3y1M4J21eciQpC0Y825+qBCNpyAI/x5z6MjMgVpmE++2fBQ+DEOopGBdn1H2vHRV9SHd' +
      'fImVCjgH9MxZujO734khTt3u+2gnOTwEYZqTAiYZpQKBgAniqWR5H5fC/V5wLotOR+z6SiFzKnnjvdDO1Pw4EBEYoW1qqGn0v4BuS+QtL/cX' +
      'a1ltrKt6SgB+jPZ3ujwOfWIf6NYFJdyUeQoIiEld3VX7oY31Ygt8a76oq3IrXRj7n93PLAjsxrUpPsDJKQBMxkLbXV9XTs1BP79SPPi4IEdg',
  ],
  'ec-secp256r1': [
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgy8rK/GDbm2HnlMKKsxkzcGdOOwH2lPTh7I0wd5fTorWhRANCAATrWr4fys3l' +
      '3ffTprc/i13zC8BY1KJ4D1EDM3sCyk277sgta7rF6CQz0Ml8cjtiT25Cm2V+FjrvEq+OYOnYnthR',
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNjdfLaExyYjhfPtXgMC2gtLgNqIHl5BEe0RgigN2n52hRANCAAQP5WRqC7UL' +
      'kyhfEoykhUGUkrWfWcAjqurZgbfOd5zY4dsWmCg/MN5iwBldk6QkPSWQsEncbMvoNtW0AdU8ChK8',
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgyhhU+xpcCdQZQFj5+ul6pFLQ4OcoxuEKpFMsyn/QDIOhRANCAARjuueWh0iN' +
      'pyGWEi1HCNh3usUujcP2TEFQkzdE91fw/rno3zTBzRiX7Omr+dxiFLjNcLX4l9q9WrQsfNZRD1U5',
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWJ6ngJ1+6lkCXdv7MVFr33QUTKuTXV28GAQdMHTJmGuhRANCAATGD3AvI6oY' +
      'M78VRCkUHbC/J0b80B8mB2hJQQY1nXB4xbAYYIg2Y22VHZtNy3/YtntNLTDU6yUqEc3tSFxcHOoZ',
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgbbCqoE1oO6Bqasf0MPtd1mDRON2txHxqOSzZPUA40KShRANCAAQa7OLBKJtV' +
      'OuftS1NmzuF6f0pM7cKeAcACfMtOvS7ZAjUnrFECq1WhH3GoxH7xmGagVG+4l6NXuRpwo67Kk6Xi',
    'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjGJq0NCZQ2NbSmoJKiFvF7l52qYYjsswrGmk3+2HNQihRANCAATdFaBTocMj' +
      'nvOK1EDt9M4cOSSg29muwq49yAL2cGEzwQec/XFlSuJuYOQUcCrq5wv6eaPrfP9Hs3U8WJy+B+PW',
  ],
  'ec-secp384r1': [
    'MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBDP1GGyH5j/yBb+fnhu/agJ/X43ZQ5KtId5I5n3SJM2ysoPqdk92I4yFsZfkaM' +
      'JD+hZANiAASFUhjygFC8js/PhJ4jxpA0Kxd+Hjk/jEFSv6GYnJTnYNmdNoBOlosa2BHAsDYb92zXRzSwwRakgtV5lN+MsbpXAWdUyI2ecZRQ' +
      'tz4EnHGX1jjlJs/knaCJdbofxyav3NA=',
    'MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDB/dCwsK4l9JQgkwQ/Lgu05RTn3pn7uagCMb5d1xX8jf/lTgn3s5z2DuR4WSKny' +
      'F2+hZANiAARz9Z7et3jVHVa1FCQsw7NmEjQPQ9xs3AXWCB2CS03Sx1VThLE3WAQUHrm0mLbOyAJq6jG4tfibcZlIw09ydzrMIoMh6hAQ3XFo' +
      'fVbYluMGniuNtf552O3O0kGuQdIMPro=',
    'MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDDfv5CoImEdQFoF4bFGutgU0dWxJJUiKDrSAj7uP4dh4SmhdGlq4tfW8W08cxp8' +
      'yKWhZANiAAQpteFhoPAR1NXdMyoZEzTNwBC20Kc3Hf2rf1S4dI9up83iJW9I2pOb5p/HaOJ1igvIU/WKn57pO5lwyQC7OqVD6dRfS/tTduTg' +
      'FMkNAwIfzI6E0ynpi+DJ8n2r18v64yU=',
    'MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBbdoepm/WFmArNdPqxhBb1cu4/nQq76qAN+khaYwAXxHU91olTvSqWiDtD+cmz' +
      '2NKhZANiAASESdnDHCXN/ZqTePqXP2wYTelm8XO5up50EpwGHxvVAjgO1SKXNBaagJ9gNGml/n2m9F2Kv/HAHfhbq1LNOMU6NrRq8wcjQs0t' +
      'hhi07m1BtY9LLo/VRYVcEG5fivJKOyU=',
    'MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCFHhFFX7COTsArtUK24XJHgj1sLSAQHG8X8Ovds4+Sp+m1n6hD+z3rYjtnpnco' +
      'dmahZANiAASZeDtC9MCoqFyyoZFuIrQFNx2f2LxrcFNwe42zcaKeiWtup1YO3TWqENya3uLWQjGqbopCRGWD6B9GtWj8tchqhUaI3gLH85Jr' +
      'uzcgN5zYBhKE0I4PNbvmQhIQjZoCc8I=',
    'MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDD64ZAckVwnIYBhVL+avsxa+SxfC60cqqqrQWQ671ARM0TFVsvVZssVPW06yLvn' +
      'RdKhZANiAAQQEeuuqQMOwVunGkLfWItOxPcgp/TCVKnX1+jdBDs9rYH4jriFf8dpTZOpt+gjQLCG9zygCQYgGf8yO3DDMgE6tw2Bj4DCh9QJ' +
      'l7YNGenZqyeWriz8w0xnLFZA6OOrOHc=',
  ],
  'ec-secp521r1': [
    'MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIB4kphGSX+7q/zCqi08a2f+iA4DMDZCRX5rt4mvnxbUMRtJJA9arLUP8zIoUX/' +
      'CqgvqtgYldIb+VP4zJAoGF2o4zihgYkDgYYABAE4opJHG/LpMg3fBRgRKwQEVR3JzULZ+kFEABp0WES0IOnB6Fe7tFLdxWZ1T1aPCRSYurWA' +
      'C+fr/IGD+4ca26QeKAF3mxvvagq8vTdbgbT/WC+wWcB12vIiXKWo3scVB9B3OQSXdmpBXfGnHZChcOdibYuDwGl7K8RxgkysZd51d3z+mA==',
    'MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIAAGhYOaru+bV3alNMNJWLwhw3LF5l1Nce2UPY4UMrWI9X0DvyzUZosspHYJjM' +
      'Kcyfnv4s9Fqw1+/X72WJytBSUxyhgYkDgYYABAFIWBqnDR8bQjbq+XGO6dOEnCBZuppvIw1YbnhIRp1oYnatQ8EpP2Ah9AiUWU6SD5gKxMmh' +
      '1uI+mhdQzjNWlu46+AE8jJ/aOLHGLS7D6V5pbqVwTc4ynXsUT1Y76i5MXA2E30UQN6h6DXYC3MeFEmrY8ZL88JFeqB7yzcOGoexsaH6e3Q==',
    'MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIA6PGzGTved5uwFSc5agE3h1q1IimBt8P61egrtia7iyidztWAQmBKB4l4NdSf' +
      '+rhqzctm9g35LjLUncESKB3BHpChgYkDgYYABAEkyV1uYWtARek0rVaC4rakSuglBnB4KtnaZevmBe44iWmkDPdQ3OFCukq23yKri6oO1cI1' +
      '1VpsgUPPbFJtE8kGOAFIWkbXigYIPwCH7gqrHlvO1ZdWusZrRNZXjkAz6biwx2TYxFtp+dwhWn7BwC2vixgqwlBr2gIIGPwhxFuP1XHk9A==',
    'MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIAc+OnM+EEA3taMpVi5wdhhVjiIY6ip1RVR+1K8x0ebX8OONSbwrqF32Ynlh82' +
      '5IJiAsWqrD4jrCNtAk4B/YY5dZahgYkDgYYABABiXu9Vokk6ka3fhopcdkAHhVXaj0ByTMEN7vogCvgIBRU9QX728Gzk9cQvC6yRD6pbPVtV' +
      'UGypNcH0bQBAS2ELqAAGpWSNZTUDLnhWLpl4E88WXH9XP7WyGlg4sWkBUXglQrYFBi1qBvRB5NcwTLU3a1SbuQxsNff2ap+m8qRig0fKeA==',
    'MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIBQHorx3dZI3uoVePpRCZOc0vAdLPP2hqI4noLXuJz5YYrumbWvq36TR8FV9PQ' +
      'SPj6+B4YvRVtPSer3HE1NoRQ+fOhgYkDgYYABAFd/SSVOsDhdd0zYslwLGGuLDCrR2QZIWy7JpBm4oV/5X4An5tzJB7hgZu21pfc7HP/DJTM' +
      '43eyRGwFsxWfvsOUNAFfsDiJZnMJcnJhk+b9pKtKCUgpgRsiUQBzG+4pfd3HVvCZ+gY8LL6PHLbzSFPW9BvjyQp4HykuCC+EqId31dP2LA==',
    'MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIBHS2TtDzFyGefnFQOx8dfpgpqGM53bTKPaRCTehaWR7vmitD3LvNZE/XRP0jV' +
      'puurUH98SmJu6zIF05lLAbHJu8ChgYkDgYYABAGeHSN+zOSJL3z6avxkFuyIY0VbQ4LwhEK9FUKS0RgrsBT6tN57xCKSEJpQa9f/KaBeSbE4' +
      'CnJ0VejD8bPOp3bCTwDw7EFm7DIHBj/v9vBUpTQVVoTyn0qFZSC74NLUw/K7yTqOK/SUxMiwxQH69CEP59LNZ/HMvfXmXpcQqfcSHHufbA==',
  ],
  ed25519: [
    'MC4CAQAwBQYDK2VwBCIEILIlCSL+srlUJiufn0A57LdgljMdoZYSRgOQ2D1430JT',
    'MC4CAQAwBQYDK2VwBCIEIEjG34ar6xuKEqx568JIEouqcQeNRtNcKHmAqtR+XKiN',
    'MC4CAQAwBQYDK2VwBCIEIGrzmKamLBpo0mf2ESvjkle2eWtRnvsIFcFGgjUKFjVV',
    'MC4CAQAwBQYDK2VwBCIEIE1OggwX+DWrnAiLVdPkhHp67rvRTbK+DPYpHJXmh47N',
    'MC4CAQAwBQYDK2VwBCIEIBth+U7vojvZSh6zUu9GueebgA1w4l2cpeGkSFEMRk8I',
    'MC4CAQAwBQYDK2VwBCIEIHHr21+hrjO0jiia/AsLGxPEerNjQaeYnw0VxCz3KfqX',
  ],
  ed448: [
    'MEcCAQAwBQYDK2VxBDsEOYEkWhFW2JYiLgegcbvOxjkxAMMIMiEHpRMNjxiGwZhMhKwEveXc9cKPDeqNYXtjZLlst1Vm0oeLDg==',
    'MEcCAQAwBQYDK2VxBDsEOZSeyRMuUj2ODXWFWQB1LtUuSaX7BWkHTLkrFeVfk7vTKg8QXAXjqporCOXEiThspcw7FlciX2hOjg==',
    'MEcCAQAwBQYDK2VxBDsEORCqrux+TCNRfnGuSz+7HS7shDJBroqTw/uYC0oegEDJ8cHJIZg8tkRLTj3HyW+0QNQsrltTHqFf0Q==',
    'MEcCAQAwBQYDK2VxBDsEOSNn1TuQJ+v07Pb6vuEFCju8UNj9Hbrb0h0QAsdDB7PU/xcDGzRViKJVD0ThANeLCpCs3xKsXvLWHQ==',
    'MEcCAQAwBQYDK2VxBDsEOU6q42yLbJu7bSVu1OEIgPWKkKILkhOA2NadBo/9hSvU3rO2kLiD+8w1Y00D03f7R/FthVdDUdwpYw==',
    'MEcCAQAwBQYDK2VxBDsEOeIR2AKiisFz4P6+PsFcDlcgT5oKRETuIsmWkkZI1g2ASvNDv7iZeuYiRbvzkqUP7UPxq+vYQKcJVw==',
  ],
}
