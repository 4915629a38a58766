/** Cases of `data/limbo.json.gz` whose expectation is not ours, each with the reason. Only the test reads them. */
export const disagreements = {
  'webpki::cn::not-in-san':
    'The rule `common-name` refuses it, but is off unless asked for: 180 cases of BetterTLS, and eight of x509-limbo itself, expect success with a common name that is not in subjectAltName. Nothing of ours looks at the common name for a name.',
  'webpki::cn::punycode-not-in-san': 'As webpki::cn::not-in-san.',
  'webpki::eku::ee-without-eku':
    'The rule `extended-key-usage.present` refuses it, but is off unless asked for: rfc5280::eku::ee-without-eku is the same chain and expects success.',
}
