import { testVectors } from './test-vectors.ts'

await testVectors('noble', 12)
