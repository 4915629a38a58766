export { checkFiniteField, checkFiniteFieldShare, ownFiniteField } from './finite-field.ts'
export { ffdhe2048, ffdhe3072, ffdhe4096 } from './ffdhe.ts'
