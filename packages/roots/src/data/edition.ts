// Written by scripts/refresh-roots.mjs.
export const edition = {
  /** When it was taken, ISO 8601. */
  date: '2026-11-30',
  source: 'Mozilla NSS, as in Node.js 20.20.2',
  count: 144,
  /** SHA-256 over all certificates, DER, in the order of their own SHA-256. */
  sha256: '7cbafb59c8cde19232ecd5cf0f9f043e2cfd573411f22edb4b08a79dc78db39e',
} as const
