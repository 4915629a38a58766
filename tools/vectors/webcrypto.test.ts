import { testVectors } from './test-vectors.ts'

await testVectors('webcrypto', 30)
