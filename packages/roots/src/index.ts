export { edition } from './data/edition.ts'
export { allRoots, findRoots } from './find-roots.ts'
export { createRootsVerifier } from './roots-verifier.ts'
export type { RootsVerifier, RootsVerifierOptions } from './roots-verifier.ts'
