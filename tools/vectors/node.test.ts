import { testVectors } from './test-vectors.ts'

await testVectors('node', 60)
