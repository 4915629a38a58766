import type { KeyType } from '../provider.ts'

/** A signature of `data` by the test key of this type, hex. */
export interface SignatureVector {
  readonly algorithm: string
  readonly keyType: KeyType
  readonly data: string
  readonly signature: string
}

/** Signatures to be found right. */
export const signatureVectors: readonly SignatureVector[] = [
  // RFC 6979 appendix A.2.5, A.2.6 and A.2.7, in DER.
  {
    algorithm: 'ecdsa-sha256',
    keyType: 'ec-secp256r1',
    data: '73616d706c65',
    signature:
      '3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716022100f7cb1c942d657c41' +
      'd436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
  },
  {
    algorithm: 'ecdsa-sha384',
    keyType: 'ec-secp384r1',
    data: '73616d706c65',
    signature:
      '306602310094edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd' +
      '1e80fabe4602310099ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e' +
      '7b82c71a38628ac8',
  },
  {
    algorithm: 'ecdsa-sha512',
    keyType: 'ec-secp521r1',
    data: '73616d706c65',
    signature:
      '308187024200c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d45060' +
      '6add152b534931d7d4e8455cc91f9b15bf05ec36e377fa0241617cce7cf5064806c467f678d3b4080d6f1cc50af26ca2' +
      '09417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a',
  },
  // RFC 8032 section 7.1, test 2, and section 7.4, 1 octet.
  {
    algorithm: 'ed25519',
    keyType: 'ed25519',
    data: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c' +
      '387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    algorithm: 'ed448',
    keyType: 'ed448',
    data: '03',
    signature:
      '26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f62de8ccdf633' +
      'fc1bf037ab7cd779805e0dbcc0aae1cbcee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f' +
      'f3348ab21aa4adafd1d234441cf807c03a00',
  },
  // Made with OpenSSL.
  {
    algorithm: 'rsa-pkcs1-sha256',
    keyType: 'rsa',
    data: '73616d706c65',
    signature:
      '3c805fd6f77a78045fac801d58365ab6e637a6225ba5c4f40e67773fd25067f86c1d4c7493a47bd271c8f5672f1848bc' +
      '4fa39c8ae1f97fa270f137960bf9780d6304c828090331ea09dcfbcfe829bf9b519acf23711db734520588b6296f0f89' +
      '8f8d6bf2e418bad49cc74135409d9dbeb18aa5cef26e57114a8835fa21cbe921f0800ff1e956b061be7d90b87a8d2eda' +
      'c3c0114797539abfb08e27d1a49b2e533063f87a1e24908b44c6a4a3f9108e7a51a0021ece981af091ceda295db0c0fd' +
      '79ff45f64d350dcb1449eec42907f6d6f348399e03285097e4aaad804403f99b74ec141c42178830b0ae6b3cb5d38c7e' +
      '1e222388ab8391d65ac24d38318ee0b6',
  },
  {
    algorithm: 'rsa-pkcs1-sha384',
    keyType: 'rsa',
    data: '73616d706c65',
    signature:
      '800d0efe6155213c28b4627ae15922393aa2974860dda5223c5331b0cf300438b2114b0564e98ed0ef88ac92f236f82f' +
      '34d2a390dd6c632dcc7610053050f47b9c3af443e16faafb3ca881a860e666ee3b0e558d79309761f6616cb7962a0f80' +
      'abce12ddb3db193b8ce9bf06120993f0ea49a4f11200f9af9cab4b41d45284e4ce1f95f9708887f001423733e6b8a149' +
      '5e766ebf3e32609f1171674196f52b4e1360ba7b2ab6715cf3c8c97e93dcecac3fc08be425759035e56a87d46f52db3d' +
      '905124f54c67e830fd68cb2290d971bf4ea0f4a64586deec9adfaae6c812ff788c9e1d99ef227c5cb9653022aa70a934' +
      '21f1a8c593ac5fdd26000962ef880af4',
  },
  {
    algorithm: 'rsa-pkcs1-sha512',
    keyType: 'rsa',
    data: '73616d706c65',
    signature:
      '91f925f4fea443aeed8a6143c2afd1988caf7328cd805b58203460bcec92d66a8f64aa277645b616749201f652b4ade6' +
      '5e34391d4bbe32672fdbcce8c50299af76ca65b41b9bce134152a18dfe3181116201e2fd13c60bfd66066d0b9e0dc350' +
      'ba9cdf60709263a541f3bcf68a089aff944dff83090d853a30ed09be8949bab94053246591a1e1242495b17b88d9cfaa' +
      '381d08938a63d0e937f8ed32a0d2daaaf367b2f9e0566b928ab51d9247a1e0004ae53032c3d67937fe9bf0de7c4b20d4' +
      '8d32fe53eadf2223ea2d49387e0f024253d2e3c13107a6671044ef2ab9de0c83889593f130b3144f036f16376f6a0ff8' +
      'c93815f4ecb41181feea1b0a64ce1321',
  },
  {
    algorithm: 'rsa-pss-sha256',
    keyType: 'rsa',
    data: '73616d706c65',
    signature:
      '735683e0e66a40c40a46c24bd417b2d96d7faa9b05547ab20b3a36ea0129ac8695200af1a1a24103ef792b47b093a085' +
      '08fd96fe526328267653bda3e255fca897fdcb5a8ef265c154f1a918ebf841df594fd34d0bea5c90c7c1dbccba53a0b8' +
      'd04ce1f9d945fa862ab3c2dbff5e05758a1398d5cf97b29928a137a0d63e0d55cb5ba2d71de52ad0a8302c3361b8874e' +
      'a45e91ab350004ed59368983a71b6c6604212a75ab237c6929dcf0686965e445fdfaff0ce94faa024ac0d0a676d478a2' +
      'fb3f1d5897f11579a1541a835e4144c6d59c8c54cbfaca633782457e5abb7f6f91264aa6dd61109e3557207a947481cc' +
      '8ada335ed388a09f5be8cb7b9346fb0c',
  },
  {
    algorithm: 'rsa-pss-sha384',
    keyType: 'rsa',
    data: '73616d706c65',
    signature:
      'a139cdedf997abe79b6946be654c4c4c0fbfa3e6071889289d535de97445974a44f89d507b8e798f6c0cf838a636c0b6' +
      '1f5d10caf493e2151426d6c6f5730295cb237676f3899973f4ba42e4d5f518e3cf24faef2f4066958e02952d14ea9370' +
      'b6b9c9b42f87ad1f74ddfe47710220185e8b036fd149ca7e70322f4dbf1678602d072d5f696d8cf7c19af4b6f51f92e0' +
      'ff0a1f52db8a612906448e2905209707cc87822e01648c93fcb76da776736603bbd33730cbb80948a4b3d8b3b41e70db' +
      'cc3a187e232d47a7d71398fa36283d57f133692d0c5f66093a6b33b41b4792928d988ab1178110a64ff76d0ba80494d4' +
      '44ddd246a5f033f3cfe40cc1aa799589',
  },
  {
    algorithm: 'rsa-pss-sha512',
    keyType: 'rsa',
    data: '73616d706c65',
    signature:
      '379bb54c133da8ff629664a68e1e8a33d33774b98588c05fd336a0d9c18972be61d88ae4a851bf7b0950cc21878c2335' +
      'd0419ee764a7d529ac5145e659316a1d254e8272bcf838855b1663a6c1fa72d43dc00fd3fec6055f4ec921376cae75f8' +
      'e1c2d829a8673fa215e7c0dbc9e55bbc44a474bbbb7c36fa4a7eaf7fa0f0afbadcca25958c8fcd4786d5ef8216b0f9b8' +
      'd13f556dfeff68a1288d6ec1e569f2bd24211b94a98d276834a98893ca11c2b4938af79b6a6f44471d85670d000b0396' +
      '34b0de605e916dc859132fdd1c04ec1114cd3ebdb8287ece6268c35248de775b9c408ddf6286572a60ce43ac82aa7405' +
      'de00630d264382378df04d6f1541a965',
  },
]

/** RSASSA-PSS with SHA-256 and a salt of 20 bytes: TLS wants one as long as the hash. Made with OpenSSL. */
export const shortSalt: SignatureVector = {
  algorithm: 'rsa-pss-sha256',
  keyType: 'rsa',
  data: '73616d706c65',
  signature:
    '0e4cc564a3ce8f88ce76af1f43d063d0ede718f94ffc6bd1f7812a4855e49b9e174d64f4997b6fed68be7df7bc32718f' +
    'd77701f72c742b80bde9433fcb488e880d398f31625d617fbbbd6bd4b24a50af0665e77e03bc9086d3a2737f89963aba' +
    '1f1a8a278b1dfae00b1fc3df819cab0bb04ff1c925c21b81739513e1e148bb8a25e4bfbb75da0c38e14d0eb976e1e8fd' +
    '55571c40acfbbf3a97f5ae33baad692e35126ee6d78f73b80a6ba7c13dddc773d7c3c980a364b42e092afb4fda387586' +
    '2053146ce3d621e360fd993f44b01683ad584e960431e8bd43e8fc4463b2cd90effa73501d1318fd764f5c622f331ef6' +
    '65e7d73da3c39083fd884227aba9a52d',
}
